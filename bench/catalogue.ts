/** The programs of the benchmark: the forms each is written in, what it reads, and what its results are held against. */
import type { InputKind } from "./input/files.ts"
import { STEPS_A_CIRCLE } from "./input/files.ts"
import type { Input } from "./input/shared.ts"
import { PATTERN } from "./pattern.ts"
import { GrepRecount } from "./recount/grep.ts"
import type { Recount } from "./recount/recount.ts"
import { WordRecount } from "./recount/words.ts"

export interface Program {
  readonly name: string
  /** One line for the help. */
  readonly about: string
  readonly forms: readonly string[]
  /** What it reads from shared memory. */
  readonly input: InputKind
  /** Of this many equal parts of the input a step of the closed loop has so many. */
  readonly circleParts: number
  /** Steps before figures count, at least; a window is full by then. */
  readonly warmUpSteps: number
  /** Whether hand-written loops do the same. */
  readonly hasLoops: boolean
  recount(input: Input, stepRecords: number): Recount
}

/** The windows of the programs, in steps. */
export const WINDOW_STEPS = 30

const TEXT_FORMS = ["closures", "reader", "named"]

export const PROGRAMS: readonly Program[] = [
  {
    name: "grep",
    about: "lines with a word in them, counted",
    forms: ["closures", "named"],
    input: "lines",
    circleParts: 4 * STEPS_A_CIRCLE,
    warmUpSteps: 5,
    hasLoops: true,
    recount: (input, stepRecords) => new GrepRecount(input, stepRecords, PATTERN),
  },
  {
    name: "wordcount",
    about: "words of the past 30 steps, every step, with add and subtract",
    forms: TEXT_FORMS,
    input: "lines",
    circleParts: 1,
    warmUpSteps: WINDOW_STEPS + 2,
    hasLoops: true,
    recount: (input, stepRecords) => new WordRecount(input, stepRecords, WINDOW_STEPS, "touched"),
  },
  {
    name: "wordcount1",
    about: "words of each step",
    forms: TEXT_FORMS,
    input: "lines",
    circleParts: 1,
    warmUpSteps: 5,
    hasLoops: true,
    recount: (input, stepRecords) => new WordRecount(input, stepRecords, 1, "touched"),
  },
  {
    name: "topk",
    about: "the 10 most frequent words of the past 30 steps, every step",
    forms: TEXT_FORMS,
    input: "lines",
    circleParts: 1,
    warmUpSteps: WINDOW_STEPS + 2,
    hasLoops: true,
    recount: (input, stepRecords) => new WordRecount(input, stepRecords, WINDOW_STEPS, { top: 10 }),
  },
]

/** Records of a step of the closed loop. */
export const stepRecordsOf = ({ circleParts }: Program, inputRecords: number): number =>
  (inputRecords / STEPS_A_CIRCLE) * circleParts
