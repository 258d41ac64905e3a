/** Records by their own time, combined by key ahead of their steps: nothing may be seen of it. */
import { from } from "millrace"
import type { DStream, InputStream } from "millrace"
import fc from "fast-check"
import { describe, expect, test } from "vitest"
import { MillraceError } from "#src/base/errors.js"
import { makeBlock } from "#src/block/make-block.js"
import type { Account } from "#src/compute/account.js"
import { addAccount, emptyAccount } from "#src/compute/account.js"
import { runStage } from "#src/compute/run-stage.js"
import type { Manner } from "#src/compute/runnable-stage.js"
import { RunnableStage } from "#src/compute/runnable-stage.js"
import type { Plan } from "#src/plan/plan.js"
import { planOf } from "../plan-of.ts"
import { PlanRun } from "./plan-run.ts"

interface Hit {
  readonly at: number
  readonly url: string
  n: number
}
type Program = (hits: InputStream<Hit>) => DStream<unknown>

const GENERATED: Manner = { loops: "generated", strict: false }
const CLOSURES: Manner = { loops: "closures", strict: false }
/** Does nothing ahead. */
const STRICT: Manner = { loops: "generated", strict: true }

const PROGRAMS: Readonly<Record<string, Program>> = {
  "pairs, added up": (hits) =>
    hits.filter(({ n }) => n % 3 !== 0).map(({ url, n }) => [url, n]).reduceByKey((a, b) => a + b), // prettier-ignore
  "in order of arrival": (hits) => hits.map(({ url, n }) => [url, `${n}`]).reduceByKey((a, b) => `${a}${b}`),
  "grouped by a tuple": (hits) => hits.map(({ url, n }) => [[url, n % 2], n]).groupByKey(),
  "keys of their own, aggregated": (hits) =>
    hits.keyBy(({ n }) => n % 4).mapValues(({ url }) => url).aggregateByKey(() => [] as string[], (all, url) => [...all, url], (a, b) => [...a, ...b]), // prettier-ignore
  "several of each": (hits) => hits.flatMap(({ url, n }) => Array.from({ length: n % 3 }, () => url)).countByValue(),
  "different ones": (hits) => hits.map(({ url }) => url).distinct(),
  "the largest": (hits) => hits.map(({ url, n }) => [url, n]).topK(3),
  "as one value": (hits) => hits.map(({ n }) => n / 10).reduce((a, b) => a + b),
  "a running total": (hits) => hits.map(({ url, n }) => [url, n]).runningReduce((a, b) => a + b).changes(), // prettier-ignore
  "a window": (hits) => hits.map(({ url, n }) => [url, n]).reduceByWindow("3s", (a, b) => a + b),
  "some skipped": (hits) =>
    hits.map(({ url, n }) => { if (n % 5 === 0) throw new RangeError("no"); return [url, n] }, { onError: "skip" }).reduceByKey((a, b) => a + b), // prettier-ignore
  "one that throws": (hits) =>
    hits.map(({ url, n }) => { if (n === 13) throw new RangeError("no"); return [url, n] }).reduceByKey((a, b) => a + b), // prettier-ignore
  "an addition that throws": (hits) =>
    hits.map(({ url, n }) => [url, n]).reduceByKey((a, b) => { if (b === 13) throw new RangeError("no"); return a + b }), // prettier-ignore
  "one that gives no pair": (hits) =>
    hits.map(({ url, n }) => (n === 13 ? n : [url, n]) as [string, number]).reduceByKey((a, b) => a + b),
}

const planFor = (program: Program): Plan =>
  planOf(
    ({ readStream }) => {
      const hits = readStream(
        from<Hit>(() => []),
        { time: ({ at }) => at, ahead: "5s", name: "hits" },
      )
      program(hits).output("out")
      hits.late().output("late")
    },
    { partitions: 2 },
  )

const isAhead = (plan: Plan): boolean => plan.stages.some(({ end }) => end.kind === "timed" && end.ahead !== undefined)

interface Arrival {
  readonly hits: readonly Hit[]
  readonly partition: number
}

/** What each step gives, and all that was counted; or in which step the job stops, and why. */
function run(plan: Plan, arrivals: readonly Arrival[], manner: Manner): unknown {
  const planRun = new PlanRun(plan, manner)
  const [some, more] = [arrivals.slice(0, 2), arrivals.slice(2)]
  const arrive = ({ hits, partition }: Arrival, openFrom: number | undefined): void =>
    planRun.arrive([[0, partition, hits.map((hit) => ({ ...hit }))]], { at: 5_000, openFrom })
  const outputs: unknown[] = []
  const step = (number: number): void => void outputs.push(planRun.stepOf(number, []))
  for (const arrival of some) arrive(arrival, undefined)
  try {
    step(0)
    for (const arrival of more) arrive(arrival, 1)
    for (const number of [1, 2, 3, 9, 10, 11]) step(number)
  } catch (error) {
    if (error instanceof MillraceError) return [outputs, error.message]
    throw error
  }
  const total: Account = emptyAccount()
  for (const account of planRun.accounts) addAccount(total, { ...account, times: undefined })
  return [outputs, total]
}

const hit = fc.record({ at: fc.nat(11_999), url: fc.constantFrom("a", "b", "c", "dd"), n: fc.nat(12) })
const arrivals = fc.array(fc.record({ hits: fc.array(hit, { maxLength: 12 }), partition: fc.nat(1) }), { maxLength: 5 })

describe.each(Object.entries(PROGRAMS))("%s", (_, program) => {
  const plan = planFor(program)

  test("is combined ahead", () => expect(isAhead(plan)).toBe(true))

  test("gives what it gives in the steps, counted alike", () => {
    fc.assert(
      fc.property(arrivals, (some) => {
        const expected = run(plan, some, STRICT)
        expect(run(plan, some, GENERATED)).toEqual(expected)
        expect(run(plan, some, CLOSURES)).toEqual(expected)
      }),
      { numRuns: 60 },
    )
  })

  test.each([GENERATED, CLOSURES])("an error is one of the step: %j", (manner) => {
    const hits = [5, 6, 13, 20].map((n) => ({ at: 1_500, url: "a", n }))
    const some = [
      { hits, partition: 0 },
      { hits: [{ at: 500, url: "b", n: 1 }], partition: 0 },
    ]
    expect(run(plan, some, manner)).toEqual(run(plan, some, STRICT))
  })
})

test("records that a function changes before one is skipped are changed once", () => {
  const changing: Program = (hits) =>
    hits
      .map(
        (hit) => {
          hit.n += 1
          if (hit.n === 7) throw new RangeError("no")
          return [hit.url, hit.n]
        },
        { onError: "skip" },
      )
      .reduceByKey((a, b) => a + b)
  const hits = [1, 2, 6, 3].map((n) => ({ at: 500, url: "a", n }))
  for (const manner of [GENERATED, CLOSURES]) {
    const [[[out]], account] = run(planFor(changing), [{ hits, partition: 0 }], manner) as [[unknown[]], Account]
    expect([out, account]).toMatchObject([[["a", 9]], { records: 4, skipped: 1 }])
  }
})

describe("what a stage lays down", () => {
  /** The columns of its block: one more where it is combined. */
  const columnsOf = (program: Program, asked: () => number, steps = 1): number => {
    const plan = planFor(program)
    const runnable = new RunnableStage(plan.stages[0]!, plan.graph, GENERATED)
    const block = makeBlock("rows", [
      Array.from({ length: 2 * steps }, (_, i) => ({ at: i * 500, url: i % 2 === 0 ? "a" : "b", n: 1 })),
    ])
    const cuts = [{ kind: "chunk", at: 0, origin: 0, block }] as const
    const inputs = { branches: [[{ cuts, blocks: [] }]], table: undefined, tables: new Map(), still: [] }
    const arrival = { at: 1_000_000, openFrom: undefined }
    return runStage(runnable, { step: 0, partition: 0 }, { ...inputs, arrival }, (f) => f(), asked).block.columns
  }

  test("is combined", () => expect(columnsOf(PROGRAMS["pairs, added up"]!, () => 0)).toBe(4))

  test("is records where a function asked for the step's time or randomness, be it of the last record", () => {
    for (const asking of ["a", "b"]) {
      let asked = 7
      const program: Program = (hits) =>
        hits.map(({ url, n }) => [url, url === asking ? ++asked : n]).reduceByKey((a, b) => a + b)
      expect(columnsOf(program, () => asked)).toBe(3)
    }
  })

  test("is records where there are many steps", () => {
    expect(columnsOf(PROGRAMS["pairs, added up"]!, () => 0, 256)).toBe(4)
    expect(columnsOf(PROGRAMS["pairs, added up"]!, () => 0, 257)).toBe(3)
  })

  test("is records where a function threw", () =>
    expect(
      columnsOf((hits) => hits.map(() => { throw new RangeError("no") }).countByValue(), () => 0), // prettier-ignore
    ).toBe(3))
})

describe("what is not combined ahead", () => {
  test.each<[string, Program]>([
    ["records that pass a tap", (hits) => hits.tap("hits").map(({ url }) => url).countByValue()], // prettier-ignore
    ["records that are not combined", (hits) => hits.map(({ url }) => url)],
    ["events", (hits) => hits.map(({ url, n }) => [url, n]).track((_, n) => n, (_, sum, n) => sum + n, "forever")], // prettier-ignore
    ["a number of them", (hits) => hits.count()],
  ])("%s", (_, program) => expect(isAhead(planFor(program))).toBe(false))

  test("records that are read twice", () => {
    const twice: Program = (hits) => {
      hits.map(({ n }) => n).countByValue().output("numbers") // prettier-ignore
      return hits.map(({ url }) => url).countByValue()
    }
    expect(isAhead(planFor(twice))).toBe(false)
  })

  test("those that are joined with a table", () => {
    const plan = planOf(({ readStream, table }) => {
      const users = table(() => [{ id: "a" }], { key: ({ id }) => id })
      const hits = readStream(
        from<Hit>(() => []),
        { time: ({ at }) => at },
      )
      hits.map(({ url, n }) => [url, n]).join(users).mapValues(([n]) => n).reduceByKey((a, b) => a + b).output("out") // prettier-ignore
    })
    expect(isAhead(plan)).toBe(false)
  })
})
