/** Records made by a function: for trying out, for tests and for benchmarks. */
import { refuse } from "../base/errors.ts"
import { nearestName } from "../base/nearest-name.ts"
import { randomOf } from "../base/random.ts"
import type { Random } from "../base/random.ts"
import { defineSource } from "./define-source.ts"
import type { SourceOf } from "./source-of.ts"

export interface GenerateOptions {
  /**
   * Records per second of the job's clock: a finite number above 0, also a fraction; no default. A step of one second
   * has this many records, whatever the machine; one that is slower falls behind.
   */
  readonly rate: number
  /** What the random numbers start from: a whole number; no default. The same seed gives the same records. */
  readonly seed: number
  /** Records in all, after which the source ends: a whole number of at least 0. Without it the source never ends. */
  readonly count?: number
}

const WHERE = "generate()"
const OPTIONS = ["rate", "seed", "count"]

/**
 * A source of records that a function makes: `record(0, random)`, `record(1, random)`, and so on.
 *
 * `record` must give the same record for the same `i` each time. It runs on workers, for a record possibly several
 * times and on several of them, so what it draws must come from `random()`: uniform in [0, 1), a sequence of its own
 * for each `seed` and `i`.
 *
 * @example
 * ```ts
 * const views = readStream(generate({ rate: 10_000, seed: 1 }, (i, random) => ({ id: i, url: `/${Math.floor(random() * 10)}` })), "1s")
 * ```
 * @throws MR_OPTION_INVALID if an option is outside its range, or `record` is not a function.
 * @throws MR_OPTION_UNKNOWN if there is no such option.
 */
export function generate<T>(options: GenerateOptions, record: (i: number, random: Random) => T): SourceOf<T> {
  requireOptions(options)
  if (typeof record !== "function") throw invalid("record", "a function (i, random) => record", record)
  const { rate, seed, count } = options
  const total = count ?? Infinity
  return defineSource<T>({
    description: `generate(rate ${rate}, seed ${seed}${count === undefined ? "" : `, count ${count}`})`,
    total,
    admitted: (stepIndex, intervalMs) => Math.min(total, Math.floor((rate * intervalMs * (stepIndex + 1)) / 1000)),
    *read(from, until) {
      for (let i = from; i < until; i++) yield record(i, randomWhenUsed(seed, i))
    },
  })
}

/** Setting up the random numbers costs more than most records, and many records need none. */
function randomWhenUsed(seed: number, i: number): Random {
  let random: Random | undefined
  return () => (random ??= randomOf("generate", seed, i))()
}

function requireOptions(options: GenerateOptions): void {
  if (typeof options !== "object" || options === null)
    throw invalid("options", "an object { rate, seed, count? }", options)
  for (const option of Object.keys(options)) {
    if (OPTIONS.includes(option)) continue
    throw refuse("MR_OPTION_UNKNOWN", { where: WHERE, option, nearest: nearestName(option, OPTIONS), known: OPTIONS })
  }
  const { rate, seed, count } = options
  if (!Number.isFinite(rate) || rate <= 0) throw invalid("rate", "a number of records per second above 0", rate)
  if (!Number.isSafeInteger(seed)) throw invalid("seed", "a whole number", seed)
  if (count !== undefined && !(Number.isSafeInteger(count) && count >= 0)) {
    throw invalid("count", "a whole number of at least 0", count)
  }
}

const invalid = (option: string, expected: string, got: unknown): Error =>
  refuse("MR_OPTION_INVALID", { where: WHERE, option, expected, got })
