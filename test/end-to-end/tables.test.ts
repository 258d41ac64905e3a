/** Tables in running jobs: which rows a step sees, who loads them, and what is wrong with them. */
import { batches, from, generate, job } from "millrace"
import type { Duration, Streams } from "millrace"
import { describe, expect, test } from "vitest"
import type { StartHooks } from "#src/api/start.js"
import { startWith } from "#src/api/start.js"
import { ThreadsEngine } from "#src/engine/threads.js"
import { InlineEngine } from "#src/engine/inline.js"
import type { StepRecord } from "#src/stream/step-record.js"
import { SimulatedEngine } from "#src/testing/simulated-engine.js"
import { virtualClock } from "#src/testing/virtual-clock.js"
import type { PricedOrders } from "../fixtures/priced-orders.ts"

const PRICED_ORDERS = new URL("../fixtures/priced-orders.ts", import.meta.url)

interface Priced {
  readonly id: number
  readonly product: number
  readonly price: { readonly shop: string; readonly product: number; readonly load: number } | undefined
}

interface OrdersRun {
  readonly prices: readonly { readonly step: number; readonly rows: readonly Priced[] }[]
  readonly loads: readonly { readonly step: number; readonly rows: readonly [id: number, load: number][] }[]
  /** By step: the version of the table's rows that the log names. */
  readonly versions: ReadonlyMap<number, number>
}

async function runOrders(params: PricedOrders, steps: number, hooks: StartHooks): Promise<OrdersRun> {
  const versions = new Map<number, number>()
  const hearLog = (record: StepRecord): void => {
    if (record.kind === "step") versions.set(record.step, record.rows![0]!.version)
  }
  const running = await startWith(PRICED_ORDERS, { params, steps }, { clock: virtualClock(), hearLog, ...hooks })
  const collect = async <T>(name: string): Promise<{ step: number; rows: T[] }[]> => {
    const all: { step: number; rows: T[] }[] = []
    for await (const step of running.output<T>(name)) all.push(step)
    return all
  }
  const [prices, loads] = await Promise.all([
    collect<Priced>("prices"),
    collect<[number, number]>("loads"),
    running.done,
  ])
  return { prices, loads, versions }
}

/** Every order has the price of its product, as it was loaded for the version that the log names, in both joins. */
function requirePricesOfLog({ prices, loads, versions }: OrdersRun, products: number): void {
  for (const { step, rows } of prices) {
    const load = versions.get(step)
    const wanted = rows.map(({ id, product }) => {
      const price = product < products ? { shop: "ab"[product % 2], product, load } : undefined
      return { id, product, price }
    })
    expect(rows, `step ${step}`).toEqual(wanted)
    const found = wanted.flatMap(({ id, price }) => (price === undefined ? [] : [[id, load]]))
    expect(loads.find((other) => other.step === step)!.rows, `step ${step}`).toEqual(found)
  }
}

describe("which rows a step sees stands in its log", () => {
  test.each<[string, StartHooks]>([
    ["on one thread", { engine: (loaded) => new InlineEngine(() => loaded.loadAgain()) }],
    ["on worker threads", { engine: () => new ThreadsEngine(2) }],
    ...[1, 2, 3].map((seed): [string, StartHooks] => [
      `by simulated workers that die, seed ${seed}`,
      {
        engine: (loaded) =>
          new SimulatedEngine(() => loaded.loadAgain(), {
            seed,
            workers: 3,
            manner: { loops: "generated", strict: true },
            killEvery: 20,
          }),
      },
    ]),
  ])("%s", async (_, hooks) => {
    const run = await runOrders({ products: 50, refresh: "30ms" }, 40, hooks)
    expect(run.prices.map(({ step }) => step)).toEqual(Array.from({ length: 40 }, (_, step) => step))
    requirePricesOfLog(run, 50)
    const versions = [...run.versions.values()]
    expect(versions).toEqual(versions.toSorted((a, b) => a - b))
    expect(new Set(versions).size).toBeGreaterThan(3)
  })

  test("a hundred thousand rows by tuples, on worker threads", async () => {
    const run = await runOrders({ products: 100_000, refresh: undefined }, 3, { engine: () => new ThreadsEngine(2) })
    expect(run.prices.flatMap(({ rows }) => rows)).toHaveLength(60)
    requirePricesOfLog(run, 100_000)
  })
})

interface City {
  readonly id: number
  readonly name: string
}

/** A job that looks cities up; gives its outputs' rows step by step, once it has ended. */
async function look(
  load: () => unknown,
  {
    ids = [[1, 2]],
    refresh,
    program,
  }: { ids?: number[][]; refresh?: Duration; program?: (streams: Streams) => void } = {},
): Promise<unknown[][]> {
  const declared = job({ name: "cities", interval: "10ms", partitions: 2 }, (streams) => {
    if (program !== undefined) return program(streams)
    const cities = streams.table(load as () => City[], { key: ({ id }) => id, refresh })
    streams.readStream(batches(ids)).map((id) => [id, "x"]).leftOuterJoin(cities).output("rows") // prettier-ignore
  })
  const running = await startWith(declared, {}, { clock: virtualClock() })
  const rows: unknown[][] = []
  for await (const step of running.output("rows")) rows.push(step.rows)
  await running.done
  return rows
}

test("a table without rows finds nothing", async () => {
  expect(await look(() => [])).toEqual([[[1, ["x", undefined]], [2, ["x", undefined]]]]) // prettier-ignore
})

test("rows are read-only: a function that changes one is told so", async () => {
  const program = ({ readStream, table }: Streams): void => {
    const cities = table(() => [{ id: 1, name: "Oslo" }], { key: ({ id }) => id })
    readStream(batches([[1]])).map((id) => [id, 0]).join(cities).map(([, [, city]]) => (city.name = "Lima")).output("rows") // prettier-ignore
  }
  await expect(look(() => [], { program })).rejects.toMatchObject({ code: "MR_USER_FUNCTION" })
})

test("a record of one's own time sees the rows as they stand at its step", async () => {
  let loads = 0
  const program = ({ readStream, table }: Streams): void => {
    const cities = table(() => [{ id: 1, load: loads++ }], { key: ({ id }) => id, refresh: "30ms" })
    const visits = readStream(batches([[{ at: 5, id: 1 }], [], [], [{ at: 25, id: 1 }]]), {
      time: ({ at }) => at,
      ahead: "off",
    })
    visits.keyBy(({ id }) => id).join(cities).map(([, [{ at }, { load }]]) => [at, load]).output("rows") // prettier-ignore
  }
  // Step 0 closes when the record of step 2 has come: at 40 ms, after the rows were loaded again.
  expect(await look(() => [], { program })).toEqual([[[5, 1]], [], [[25, 1]]])
})

test("two tables, and one that nobody reads is not loaded", async () => {
  let loads = 0
  const program = ({ readStream, table }: Streams): void => {
    const cities = table(() => [{ id: 1, name: "Oslo" }], { key: ({ id }) => id, name: "cities" })
    const countries = table(() => [{ city: "Oslo", country: "Norway" }], { key: ({ city }) => city, name: "countries" })
    table(() => [{ id: loads++ }], { key: ({ id }) => id, name: "unread" })
    readStream(batches([[1]]))
      .map((id) => [id, 0])
      .join(cities)
      .map(([, [, { name }]]) => [name, 0])
      .join(countries)
      .map(([, [, { country }]]) => country)
      .output("rows")
  }
  expect(await look(() => [], { program })).toEqual([["Norway"]])
  expect(loads).toBe(0)
})

describe("a load that fails", () => {
  test("keeps the job from starting", async () => {
    await expect(look(() => Promise.reject(new Error("no such file")))).rejects.toThrow(
      /^MR_TABLE_FAILED: Loading the table "table-0" failed: no such file/,
    )
  })

  test("stops a job that runs", async () => {
    let loads = 0
    const load = (): City[] => {
      if (loads++ > 1) throw new Error("the file is gone")
      return [{ id: 1, name: "Oslo" }]
    }
    const ids = Array.from({ length: 50 }, () => [1])
    await expect(look(load, { ids, refresh: "20ms" })).rejects.toThrow(/^MR_TABLE_FAILED: .* the file is gone/)
    expect(loads).toBe(3)
  })

  test("with a key twice, also at a refresh", async () => {
    let loads = 0
    const load = (): City[] => [{ id: 1, name: "Oslo" }, { id: loads++ === 0 ? 2 : 1, name: "Lima" }] // prettier-ignore
    const ids = Array.from({ length: 50 }, () => [1])
    await expect(look(load, { ids, refresh: "20ms" })).rejects.toThrow(
      /^MR_TABLE_KEY_TWICE: The table "table-0" has two rows with the key 1,/,
    )
  })
})

test("a job whose sources have ended while a table was loading still runs what they brought", async () => {
  let loaded!: () => void
  const load = (): Promise<City[]> => new Promise((resolve) => (loaded = () => resolve([{ id: 1, name: "Oslo" }])))
  const declared = job({ name: "cities", interval: "10ms", partitions: 1 }, ({ readStream, table }) => {
    const cities = table(load, { key: ({ id }) => id })
    const ids = readStream(
      from(function* () {
        yield 1
        setImmediate(() => setImmediate(loaded)) // after the source's end
      }),
    )
    ids.map((id) => [id, "x"]).join(cities).output("rows") // prettier-ignore
  })
  const running = await startWith(declared, {}, { clock: virtualClock() })
  const rows: unknown[] = []
  for await (const step of running.output("rows")) rows.push(...step.rows)
  expect(rows).toEqual([[1, ["x", { id: 1, name: "Oslo" }]]])
  await running.done
})

test("stopping while a table is loading ends the job", async () => {
  const stopping = new AbortController()
  const declared = job({ name: "cities", interval: "10ms" }, ({ readStream, table }) => {
    const load = (): Promise<City[]> => (setImmediate(() => stopping.abort()), new Promise(() => undefined))
    const cities = table(load, { key: ({ id }) => id })
    readStream(generate({ rate: 100, seed: 1 }, (i) => i)).map((i) => [i, 0]).join(cities).print() // prettier-ignore
  })
  const running = await startWith(declared, { signal: stopping.signal }, { clock: virtualClock() })
  expect(await running.done).toMatchObject({ steps: 0, records: 0 })
})
