// Tables: what is found by which key.
import { readFileSync } from "node:fs"
import { readFile } from "node:fs/promises"
import * as v from "valibot"
import { job } from "millrace"
import type { DStream, Streams, Table } from "millrace"
import { check, type Equal } from "../equal.js"

interface City {
  id: number
  name: string
}
declare const cities: readonly City[]
declare const codes: readonly (readonly [string, number])[]
declare function query(text: string): AsyncGenerator<City>

job({ name: "tables", params: v.object({ file: v.string() }) }, ({ table, params, readStream }) => {
  const atOnce = table(() => cities, { key: (city) => city.id })
  check<Equal<typeof atOnce, Table<number, City>>>()
  const later = table(async () => JSON.parse(await readFile("cities.json", "utf8")) as City[], {
    key: (city) => city.name,
    refresh: "1h",
    name: "cities",
  })
  check<Equal<typeof later, Table<string, City>>>()
  const streamed = table(() => query("select * from city"), { key: (city) => city.id, refresh: undefined })
  check<Equal<typeof streamed, Table<number, City>>>()
  const generated = table(
    function* () {
      yield { id: 1, kind: "city" }
    },
    { key: ({ id }) => id, name: undefined },
  )
  check<Equal<typeof generated, Table<number, { id: number; kind: string }>>>()
  const entries = table(() => new Map([["de", { name: "Germany" }]]), { key: ([code]) => code })
  check<Equal<typeof entries, Table<string, [string, { name: string }]>>>()
  const withParams = table(
    (given) => {
      check<Equal<typeof given, { file: string }>>()
      return readFileSync(given.file, "utf8").split("\n")
    },
    { key: (line) => line },
  )
  check<Equal<typeof withParams, Table<string, string>>>()
  const tupleKey = table(() => cities, { key: (city) => [city.id, city.name] })
  check<Equal<typeof tupleKey, Table<[number, string], City>>>()
  const annotated = table(() => cities, { key: (city: City) => city.id })
  check<Equal<typeof annotated, Table<number, City>>>()
  const literalRows = table(
    () => [
      ["de", 49],
      ["no", 47],
    ],
    { key: ([code]) => code },
  )
  check<Equal<typeof literalRows, Table<string, [string, number]>>>()
  const tupleRows = table(() => codes, { key: ([code]) => code })
  check<Equal<typeof tupleRows, Table<string, readonly [string, number]>>>()

  const orders = readStream<{ city: number; sum: number }>(params.file, "1s").keyBy((order) => order.city)
  const named = orders.join(atOnce).map(([, [{ sum }, { name }]]) => [name, sum])
  check<Equal<typeof named, DStream<[string, number]>>>()
})

job({ name: "without-params" }, ({ table }) => {
  table(
    (params) => {
      check<Equal<typeof params, undefined>>()
      return [1]
    },
    { key: (n) => n },
  )
})

export function lookup<K, R>(
  { table }: Pick<Streams, "table">,
  rows: () => Promise<R[]>,
  key: (row: R) => K,
): Table<K, R> {
  return table(rows, { key })
}
export function named<K, V, R extends { name: string }>(s: DStream<[K, V]>, known: Table<K, R>): DStream<[string, V]> {
  return s.join(known).map(([, [value, { name }]]) => [name, value])
}
export function maybeNamed<K, V, R>(s: DStream<[K, V]>, known: Table<K, R>): DStream<[K, [V, R | undefined]]> {
  return s.leftOuterJoin(known)
}
