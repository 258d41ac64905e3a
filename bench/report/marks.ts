/** The marks that the engine is to reach, each worked out from the figures of one call. */
import type { Case, CaseResult } from "../case.ts"
import { median } from "../measure/statistics.ts"
import { alignedLines, shown } from "./table.ts"

export interface Mark {
  readonly id: string
  readonly what: string
  readonly unit: string
  readonly better: "more" | "less"
  /** What it must be at least, or at most. */
  readonly mark: number
  /** Where the limit seems to be. */
  readonly beyond?: number
  /** Undefined if what it follows from was not measured, or says nothing. */
  of(figures: Figures): number | undefined
}

/** What a mark follows from. */
class Figures {
  readonly #results: readonly CaseResult[]

  constructor(results: readonly CaseResult[]) {
    this.#results = results
  }

  job(program: string, form: string, workers = 2, kernels?: Case["kernels"]): CaseResult | undefined {
    const found = this.#results.filter(
      ({ case: one }) => one.kind === "job" && one.program === program && one.form === form && one.workers === workers,
    )
    const own = found.find((result) => result.case.kernels === kernels)
    // Where nothing is said Millrace takes the fastest that there are.
    return own ?? (kernels === "js" ? undefined : found.find((result) => result.case.kernels === undefined))
  }

  /** Of any kernels the fastest. */
  fastest(program: string, form: string, workers = 2): number | undefined {
    const rates = (["js", "wasm", undefined] as const).flatMap(
      (kernels) => rateOf(this.job(program, form, workers, kernels)) ?? [],
    )
    return rates.length === 0 ? undefined : Math.max(...rates)
  }

  /** The rate that is kept up by steps of a second; that of the closed loop where it was not looked for. */
  rate(program: string, form: string, kernels?: Case["kernels"]): number | undefined {
    const result = this.job(program, form, 2, kernels)
    const kept = result?.sustained.find(({ interval }) => interval === "1s")
    return kept === undefined ? rateOf(result) : kept.rate / 1e6
  }

  /** Milliseconds of a step. */
  stepMs(program: string, form: string, workers: number): number | undefined {
    return this.job(program, form, workers)?.times?.p50
  }

  loopMs(program: string, form: string): number | undefined {
    const loop = this.#results.find(
      ({ case: one }) => one.kind === "loop" && one.program === program && one.form === form && one.workers === 1,
    )
    return loop === undefined ? undefined : loop.stepRecords / (median(loop.runs.map(({ rate }) => rate)) / 1e3)
  }

  /** What the form costs more than another does, in nanoseconds a record of a step. */
  nsMore(program: string, form: string, without: string): number | undefined {
    const [more, less] = [this.stepMs(program, form, 1), this.stepMs(program, without, 1)]
    if (more === undefined || less === undefined) return undefined
    return ((more - less) * 1e6) / this.job(program, form, 1)!.stepRecords
  }
}

/** Millions of records a second, in the closed loop. */
const rateOf = (result: CaseResult | undefined): number | undefined =>
  result === undefined ? undefined : median(result.runs.map(({ rate }) => rate)) / 1e6

const ratio = (a: number | undefined, b: number | undefined): number | undefined =>
  a === undefined || b === undefined ? undefined : a / b

const LINES = "M lines/s"

const rate = (
  id: string,
  what: string,
  [program, form, kernels]: readonly [string, string, Case["kernels"]?],
  [mark, beyond]: readonly [number, number],
  unit = LINES,
): Mark => ({ id, what, unit, better: "more", mark, beyond, of: (figures) => figures.rate(program, form, kernels) })

/** What a form costs more than another says nothing if it is a smaller share of that: either may wander by as much. */
const SHARE_MIN = 0.25

const stage = (form: string, mark: number): Mark[] =>
  ["", "polluted-"].map((before) => ({
    id: "P1",
    what: `stage, ${form}${before === "" ? "" : ", after 20 other pipelines"}, against the hand-written loop`,
    unit: "×",
    better: "less",
    mark,
    beyond: 1.1,
    of(figures) {
      const [more, less] = [figures.stepMs("stage", before + form, 1), figures.stepMs("stage", `${before}count`, 1)]
      if (more === undefined || less === undefined || more - less < less * SHARE_MIN) return undefined
      return ratio(more - less, figures.loopMs("stage", form))
    },
  }))

const time = (id: string, what: string, [program, form]: readonly [string, string], mark: number): Mark => ({
  id,
  what,
  unit: "ms",
  better: "less",
  mark,
  of: (figures) => figures.stepMs(program, form, 2),
})

const state = (form: string, what: string, unit: string, mark: number, of: (result: CaseResult) => number): Mark => ({
  id: "P6",
  what: `ten million ${what}`,
  unit,
  better: "less",
  mark,
  of(figures) {
    const result = figures.job("state", form)
    return result === undefined || result.stepRecords * STATE_STEPS_ROUND < 1e7 ? undefined : of(result)
  },
})

const latency = (form: string, mark: number): Mark => ({
  id: "P8",
  what: `latency at 10,000 records/s, p99, interval ${form}`,
  unit: "ms",
  better: "less",
  mark,
  of: (figures) => figures.job("latency", form)?.times?.p99,
})

/** Keys that a step of the program `state` touches of all. */
const STATE_STEPS_ROUND = 100

export const MARKS: readonly Mark[] = [
  ...stage("sum", 1.5),
  ...stage("reduceByKey", 1.2),
  ...stage("objects", 1.2),
  rate("P2", "grep, closures", ["grep", "closures"], [12, 16]),
  rate("P2", "grep, named, in JavaScript", ["grep", "named", "js"], [30, 38]),
  rate("P2", "grep, named, in WebAssembly", ["grep", "named", "wasm"], [60, 80]),
  rate("P3", "wordcount, closures", ["wordcount", "closures"], [0.8, 1]),
  rate("P3", "wordcount, named reader and closures", ["wordcount", "reader", "wasm"], [3, 4]),
  rate("P3", "wordcount, named, in WebAssembly", ["wordcount", "named", "wasm"], [4.5, 6]),
  rate("P4", "topk, named, in WebAssembly", ["topk", "named", "wasm"], [4.5, 6]),
  rate("P5", "ysb, closures with JSON.parse", ["ysb", "closures"], [1.8, 2.2], "M events/s"),
  rate("P5", "ysb, jsonFields in JavaScript", ["ysb", "named", "js"], [4, 5], "M events/s"),
  rate("P5", "ysb, jsonFields in WebAssembly", ["ysb", "named", "wasm"], [8, 10], "M events/s"),
  state("integers", "integer keys, a step", "ms", 20, ({ times }) => times!.p50),
  state("strings", "fresh string keys, a step", "ms", 150, ({ times }) => times!.p50),
  state("integers", "integer keys, longest pause", "ms", 2, ({ pauseMs }) => Math.max(pauseMs.main, pauseMs.workers)),
  state(
    "integers",
    "integer keys, bytes a key, all of the process",
    "B",
    60,
    ({ rssMb, rssBeforeMb, stepRecords }) => ((rssMb - rssBeforeMb) * 2 ** 20) / (stepRecords * STATE_STEPS_ROUND),
  ),
  {
    id: "P7",
    what: "empty step of 2 stages with 8 tasks each, 2 threads, median",
    unit: "µs",
    better: "less",
    mark: 120,
    beyond: 40,
    of(figures) {
      const ms = figures.stepMs("empty", "step", 2)
      return ms === undefined ? undefined : ms * 1_000
    },
  },
  {
    id: "P7",
    what: "wordcount, named: rate at an interval of 10 ms against 1 s",
    unit: "×",
    better: "more",
    mark: 0.75,
    of(figures) {
      const kept = figures.job("wordcount", "named", 2, "wasm")?.sustained
      const at = (length: string): number | undefined => kept?.find(({ interval }) => interval === length)?.rate
      return ratio(at("10ms"), at("1s"))
    },
  },
  latency("10ms", 15),
  latency("100ms", 110),
  latency("1s", 1_050),
  ...(
    [
      ["named", 1.8],
      ["closures", 1.6],
    ] as const
  ).map(([form, mark]): Mark => ({
    id: "P9",
    what: `wordcount, ${form}: two workers against one`,
    unit: "×",
    better: "more",
    mark,
    of: (figures) => ratio(figures.fastest("wordcount", form, 2), figures.fastest("wordcount", form, 1)),
  })),
  ...(
    [
      ["known", 15],
      ["new", 120],
    ] as const
  ).map(([form, mark]): Mark => ({
    id: "P10",
    what: `shuffle, ${form} keys, a record`,
    unit: "ns",
    better: "less",
    mark,
    of: (figures) => figures.nsMore("shuffle", form, "count"),
  })),
  ...["30", "300"].map((form): Mark => ({
    id: "P11",
    what: `window of ${form} steps, a touched key`,
    unit: "ns",
    better: "less",
    mark: 30,
    beyond: 20,
    of: (figures) => figures.nsMore("window", form, "none"),
  })),
  time("P12", "command to first result, interval 100 ms", ["first-result", "command"], 700),
  {
    id: "P13",
    what: "memory, wordcount, named: RSS less input",
    unit: "MB",
    better: "less",
    mark: 600,
    of: (figures) => figures.job("wordcount", "named", 2, "wasm")?.rssMb,
  },
]

/** Reached or not; undefined: not measured. */
export interface Judged {
  readonly mark: Mark
  readonly value: number | undefined
  readonly verdict: "reached" | "beyond" | "NOT reached" | "not measured"
}

export function judge(results: readonly CaseResult[]): Judged[] {
  const figures = new Figures(results)
  return MARKS.map((mark) => {
    const value = mark.of(figures)
    return { mark, value, verdict: value === undefined ? "not measured" : verdictOf(mark, value) }
  })
}

function verdictOf({ better, mark, beyond }: Mark, value: number): Judged["verdict"] {
  const reaches = (goal: number): boolean => (better === "more" ? value >= goal : value <= goal)
  if (beyond !== undefined && reaches(beyond)) return "beyond"
  return reaches(mark) ? "reached" : "NOT reached"
}

const MARK_COLUMNS = [
  { heading: "#", isText: true },
  { heading: "figure", isText: true },
  { heading: "unit", isText: true },
  { heading: "mark" },
  { heading: "beyond" },
  { heading: "measured" },
  { heading: "", isText: true },
]

export const markRows = (results: readonly CaseResult[]): string[][] =>
  judge(results).map(({ mark: { id, what, unit, better, mark, beyond }, value, verdict }) => [
    id,
    what,
    unit,
    `${better === "more" ? "≥" : "≤"} ${mark}`,
    beyond === undefined ? "" : String(beyond),
    value === undefined ? "" : shown(value),
    verdict,
  ])

export const showMarks = (results: readonly CaseResult[]): string =>
  alignedLines(MARK_COLUMNS, markRows(results)).join("\n")
