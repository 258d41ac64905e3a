/** The programs of the benchmark: the forms each is written in, what it reads, and what its results are held against. */
import type { InputKind } from "./input/files.ts"
import { STEPS_A_CIRCLE } from "./input/files.ts"
import type { Input } from "./input/shared.ts"
import { GrepRecount } from "./recount/grep.ts"
import * as numbers from "./recount/numbers.ts"
import type { Recount } from "./recount/recount.ts"
import { WordRecount } from "./recount/words.ts"
import { YsbRecount } from "./recount/ysb.ts"
import { PATTERN, WINDOW_STEPS } from "./workload.ts"

/** How much of what a run of a program has. */
export interface Shape {
  readonly stepRecords: number
  readonly keys: number
  /** In the events' own time. */
  readonly eventsAMs: number
  /** Steps before figures count, at least: windows are full by then, keys are all there. */
  readonly warmUpSteps: number
}

/** What sizes go by. */
export interface Scale {
  /** Records of the input; 0 where nothing is read. */
  readonly inputRecords: number
  /** Keys of the largest state. */
  readonly keys: number
}

export interface Program {
  readonly name: string
  /** One line for the help. */
  readonly about: string
  readonly forms: readonly string[]
  /** Hand-written loops that do the same. */
  readonly loops: readonly string[]
  /** What it reads from shared memory, if anything. */
  readonly input: InputKind | undefined
  /**
   * What is looked at: the rate at which steps follow each other; the time of single steps, one at a time; steps with
   * nothing in them; the time from a record to its result; the time from the command to the first result.
   */
  readonly measures: "rate" | "steps" | "empty" | "latency" | "first-result"
  shape(form: string, scale: Scale): Shape
  /** The same, so small that all rows can be looked at. */
  smallShape(form: string, scale: Scale): Shape
  recount(form: string, shape: Shape, input: Input | undefined): Recount
}

/** Of a step whose rows are all looked at there is only so much. */
const SMALL_PART = 12
const SMALL_KEYS = 1_200

const TEXT_FORMS = ["closures", "reader", "named"]
/** About what a machine does in a closed loop, where no rate is given. */
const EVENTS_A_MS = 4_000

const shapeOf = (shape: Partial<Shape>): Shape => ({
  stepRecords: 1,
  keys: 1,
  eventsAMs: EVENTS_A_MS,
  warmUpSteps: 5,
  ...shape,
})

/** A program that reads the input; of seven equal parts of it a step has so many. */
function reading(
  input: InputKind,
  parts: (form: string) => number,
  warmUpSteps: number,
): Pick<Program, "input" | "measures" | "shape" | "smallShape"> {
  const shape = (form: string, { inputRecords }: Scale): Shape =>
    shapeOf({ stepRecords: (inputRecords / STEPS_A_CIRCLE) * parts(form), warmUpSteps })
  return {
    input,
    measures: "rate",
    shape,
    smallShape(form, scale) {
      const { stepRecords } = shape(form, scale)
      return shapeOf({ stepRecords: stepRecords / SMALL_PART, warmUpSteps })
    },
  }
}

/** A good part of what is done in a second, so that a step's different words weigh about as they do in steps of a second. */
const wordParts = (form: string): number => (form === "closures" ? 2 : STEPS_A_CIRCLE)

/** A program about keys: of ten million it has such a share in a step, and knows such a share. */
function counting(
  share: { readonly step: number; readonly keys: number },
  warmUpSteps: number | ((form: string) => number) = 5,
): Pick<Program, "input" | "measures" | "shape" | "smallShape"> {
  const of = (form: string, all: number): Shape =>
    shapeOf({
      stepRecords: Math.max(2, all * share.step),
      keys: Math.max(2, all * share.keys),
      warmUpSteps: typeof warmUpSteps === "number" ? warmUpSteps : warmUpSteps(form),
    })
  return {
    input: undefined,
    measures: "steps",
    shape: (form, { keys }) => of(form, keys),
    smallShape: (form, { keys }) => of(form, Math.min(keys, SMALL_KEYS / share.step / 12)),
  }
}

export const PROGRAMS: readonly Program[] = [
  {
    name: "grep",
    about: "lines with a word in them, counted",
    forms: ["closures", "named"],
    loops: ["plain", "tuned"],
    // A step must take longer than the interval, and bytes are looked through at once.
    ...reading("lines", (form) => (form === "named" ? 4 : 1) * STEPS_A_CIRCLE, 5),
    recount: (_, { stepRecords }, input) => new GrepRecount(input!, stepRecords, PATTERN),
  },
  {
    name: "wordcount",
    about: "words of the past 30 steps, every step, with add and subtract",
    forms: TEXT_FORMS,
    loops: ["plain", "tuned"],
    ...reading("lines", wordParts, WINDOW_STEPS + 2),
    recount: (_, { stepRecords }, input) => new WordRecount(input!, stepRecords, WINDOW_STEPS, "touched"),
  },
  {
    name: "wordcount1",
    about: "words of each step",
    forms: TEXT_FORMS,
    loops: ["plain", "tuned"],
    ...reading("lines", wordParts, 5),
    recount: (_, { stepRecords }, input) => new WordRecount(input!, stepRecords, 1, "touched"),
  },
  {
    name: "topk",
    about: "the 10 most frequent words of the past 30 steps, every step",
    forms: TEXT_FORMS,
    loops: ["plain", "tuned"],
    ...reading("lines", wordParts, WINDOW_STEPS + 2),
    recount: (_, { stepRecords }, input) => new WordRecount(input!, stepRecords, WINDOW_STEPS, { top: 10 }),
  },
  {
    name: "ysb",
    about: "Yahoo benchmark: views by campaign and 10 seconds of event time",
    forms: ["closures", "named"],
    loops: ["plain", "tuned"],
    ...reading("events", () => STEPS_A_CIRCLE, 5),
    recount: (_, { stepRecords, eventsAMs }, input) => new YsbRecount(input!, stepRecords, eventsAMs),
  },
  {
    name: "state",
    about: "ten million keys held, one in a hundred touched in a step",
    forms: ["integers", "strings"],
    loops: [],
    ...counting({ step: 1 / 100, keys: 1 }, 101),
    recount: (form, shape) => new numbers.StateRecount({ form, ...shape }),
  },
  {
    name: "join",
    about: "a stream met with a table of a million rows, or with another stream",
    forms: ["table", "streams"],
    loops: [],
    ...counting({ step: 1 / 100, keys: 1 / 10 }),
    recount: (form, shape) => new numbers.JoinRecount({ form, ...shape }),
  },
  {
    name: "stage",
    about: "map, filter, map and their sink in one stage, also after 20 other pipelines",
    forms: ["count", "sum", "reduceByKey", "objects"].flatMap((form) => [form, `polluted-${form}`]),
    loops: ["sum", "reduceByKey", "objects"],
    ...counting({ step: 1 / 10, keys: 1 / 10 }, 20),
    recount: (form, shape) => new numbers.StageRecount({ form, ...shape }),
  },
  {
    name: "shuffle",
    about: "records brought to the partitions of their keys, known or new ones",
    forms: ["count", "known", "new"],
    loops: [],
    ...counting({ step: 1 / 50, keys: 1 / 50 }, 10),
    recount: (form, shape) => new numbers.ShuffleRecount({ form, ...shape }),
  },
  {
    name: "window",
    about: "a reduced window of 30 or of 300 steps, all keys touched in each",
    forms: ["none", "30", "300"],
    loops: [],
    ...counting({ step: 1 / 100, keys: 1 / 100 }, (form) => (form === "none" ? 10 : Number(form) + 2)),
    recount: (form, shape) => new numbers.WindowRecount({ form, ...shape }),
  },
  {
    name: "empty",
    about: "steps with nothing in them, of two stages with 8 tasks each",
    forms: ["step"],
    loops: [],
    input: undefined,
    measures: "empty",
    shape: () => shapeOf({}),
    smallShape: () => shapeOf({}),
    recount: () => new numbers.EmptyRecount(),
  },
  {
    name: "latency",
    about: "from a record to its result: 10,000 a second in an open loop, by interval",
    forms: ["1s", "100ms", "10ms"],
    loops: [],
    input: undefined,
    measures: "latency",
    shape: () => shapeOf({}),
    smallShape: () => shapeOf({}),
    recount: () => new numbers.EmptyRecount(),
  },
  {
    name: "first-result",
    about: "from the command to the first line of a result, at an interval of 100 ms",
    forms: ["command"],
    loops: [],
    input: undefined,
    measures: "first-result",
    shape: () => shapeOf({}),
    smallShape: () => shapeOf({}),
    recount: () => new numbers.EmptyRecount(),
  },
]

export const programOf = (name: string): Program => PROGRAMS.find((program) => program.name === name)!
