// Time, tables and named operators.
import * as v from "valibot"
import { grep, job, jsonFields, lines, words } from "millrace"
import type { DStream, InputStream, Table } from "millrace"

interface View {
  url: string
  at: number
}
const Timed = v.object({ url: v.string(), at: v.number() })
const url = "http://localhost:8080"
declare const views: InputStream<View>
declare const texts: DStream<string>
declare const cities: readonly { id: number; name: string }[]

job({ name: "sources" }, ({ readStream, readText, table }) => {
  readStream<View>(url, "1s", { time: (view) => view.url }) // error: Type 'string' is not assignable to type 'number | Date'
  readStream<View>(url, "1s", { time: (view) => view.when }) // error: Property 'when' does not exist on type 'View'
  readStream<View>(url, "1s", { time: "at" }) // error: Type 'string' is not assignable to type '(record: View) => number | Date'
  readStream<View>(url, "1s", { time: async (view) => view.at }) // error: Promise<number>
  readStream(url, "1s", { time: (view) => view.at }) // error: 'view' is of type 'unknown'
  readStream(url, "1s", { schema: Timed, time: (view) => view.when }) // error: Property 'when' does not exist on type '{ url: string; at: number; }'
  readStream<View>(url, "1s", { time: (view) => view.at, slack: 2_000 }) // error: Type 'number' is not assignable to type
  readStream<View>(url, "1s", { time: (view) => view.at, slack: "2" }) // error: '"2"'
  readStream<View>(url, "1s", { time: (view) => view.at, slack: "off" }) // error: '"off"'
  readStream<View>(url, "1s", { time: (view) => view.at, ahead: "on" }) // error: '"on"'
  readStream<View>(url, "1s", { time: (view) => view.at, idle: "1s" }) // error: 'idle' does not exist in type 'ReadOptions<View>'
  readText(url, "1s", { time: (line) => line.when }) // error: Property 'when' does not exist on type 'string'
  readText(url, "1s", { schema: v.string() }) // error: 'schema' does not exist in type

  table(cities, { key: (city) => city.id }) // error: is not assignable to parameter of type '(params: undefined) => Rows<
  table(() => cities) // error: Expected 2 arguments, but got 1
  table(() => cities, {}) // error: Property 'key' is missing in type '{}'
  table(() => cities, { key: "id" }) // error: Type 'string' is not assignable to type '(row:
  table(() => cities, { key: (city) => city.code }) // error: Property 'code' does not exist on type
  table(() => cities, { key: (city) => city.id, refresh: "daily" }) // error: '"daily"'
  table(() => cities, { key: (city) => city.id, every: "1h" }) // error: 'every' does not exist in type 'TableOptions<
  table((params) => params.rows, { key: (row) => row }) // error: is possibly 'undefined'
  table(() => 7, { key: (row) => row }) // error: Type 'number' is not assignable to type 'Rows<
})

views.late().map((late) => late.url) // error: Property 'url' does not exist on type 'LateRecord<View>'
views.late().map(({ missed }) => missed.late) // error: Property 'late' does not exist on type 'StepTime'
views.late().late() // error: Property 'late' does not exist on type 'DStream<LateRecord<View>>'
views.filter(() => true).late() // error: Property 'late' does not exist on type 'DStream<View>'

texts.flatMap(words) // error: No overload matches this call
texts.flatMap(lines("\n")) // error: Expected 0 arguments, but got 1
texts.filter(grep(/ERROR/)) // error: Argument of type 'RegExp' is not assignable to parameter of type 'string'
texts.filter(grep()) // error: Expected 1 arguments, but got 0
texts.map(jsonFields("url")) // error: Argument of type 'string' is not assignable to parameter of type 'readonly string[]'
texts.map(jsonFields(["url"])).map(({ ms }) => ms) // error: Property 'ms' does not exist on type '{ url: unknown; }'
texts.map(jsonFields(["url"])).map(({ url }) => url.length) // error: is of type 'unknown'
views.flatMap(words()) // error: No overload matches this call
views.map(jsonFields(["url"])) // error: No overload matches this call

export const table: Table<string, number> = { map: 1 } // error: 'map' does not exist in type 'Table<string, number>'
