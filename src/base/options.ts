/**
 * Every option a program can give: one table, by the place that takes it. `docs/options.md` lists the same ones
 * (`test/base/options.test.ts` keeps them the same).
 */
import { parseDuration, parseDurationOr } from "./duration.ts"
import { refuse } from "./errors.ts"
import { nearestName } from "./nearest-name.ts"

export interface OptionEntry {
  /** What a value must be, as errors and the page say it. */
  readonly expected: string
  readonly default: string
  /** What it does, for the page. */
  readonly meaning: string
  readonly valid: (value: unknown) => boolean
  /** Where there is one, it says in its own words what is wrong with a value: it throws. */
  readonly parse?: (value: unknown, what: string) => unknown
}

/** What kind of value an option has. */
type Kind = Pick<OptionEntry, "expected" | "valid" | "parse">

const whole = (min: number, max: number): Kind => ({
  expected: `a whole number from ${min.toLocaleString("en-US")} to ${max.toLocaleString("en-US")}`,
  valid: (value) => Number.isInteger(value) && (value as number) >= min && (value as number) <= max,
})
const oneOf = (...choices: readonly string[]): Kind => ({
  expected: choices.map((choice) => `"${choice}"`).join(" or "),
  valid: (value) => choices.includes(value as string),
})
const aFunction: Kind = {
  expected: "a function",
  valid: (value) => typeof value === "function",
}
const aText = (charsMax: number): Kind => ({
  expected: `a text of 1 to ${charsMax} characters`,
  valid: (value) => typeof value === "string" && value.length >= 1 && value.length <= charsMax,
})
const aName = aText(100)
const parsed = (expected: string, parse: (value: unknown, what: string) => unknown): Kind => ({
  expected,
  parse,
  valid: (value) => {
    parse(value, "the option")
    return true
  },
})
const aDuration = parsed('a duration of at least 10 ms, such as "250ms" or "1s"', (value, what) =>
  parseDuration(value, what),
)
const aDelay = parsed('a duration, such as "0ms" or "2s"', (value, what) => parseDuration(value, what, 0))
const aDelayOrOff = parsed('a duration, such as "0ms" or "2s", or "off"', (value, what) =>
  parseDurationOr("off", value, what, 0),
)
const aTimeout = parsed('a duration of at least 10 ms, such as "30s", or "forever"', (value, what) =>
  parseDurationOr("forever", value, what),
)
const aSchema: Kind = {
  expected: "a Standard Schema (valibot, zod, arktype, …)",
  valid: (value) =>
    (typeof value === "object" || typeof value === "function") && value !== null && "~standard" in value,
}
const yesOrNo: Kind = { expected: "true or false", valid: (value) => typeof value === "boolean" }
const anything: Kind = { expected: "any value", valid: () => true }

const operatorName: OptionEntry = {
  ...aName,
  default: "the verb and a number",
  meaning: "What messages call the operator.",
}
const verbOptions = { name: operatorName }
const recordOptions = {
  name: operatorName,
  onError: {
    ...oneOf("stop", "skip"),
    default: `"stop"`,
    meaning: "When the function throws for a record: stop the job, or leave the record out and count it.",
  },
}

const keepOptions = {
  name: { ...aName, default: "the verb and a number", meaning: "What messages and the checkpoint call the state." },
  maxKeys: {
    ...whole(1, 1_000_000_000),
    default: "no bound",
    meaning:
      "Keys held at most, in each partition its share; a key too many ends the one touched longest ago. Bounds memory.",
  },
}

/** Of outputs that call code which may fail. */
const attempts: OptionEntry = {
  ...whole(1, 100),
  default: "3",
  meaning: "Calls for one step, of which one must return; then the job stops.",
}

/** Of the verbs that read a source; `schema` belongs to one of them only. */
const readOptions = (verb: string): Record<string, OptionEntry> => ({
  name: { ...aName, default: `${verb} and a number`, meaning: "What messages call the source." },
  schema: {
    ...aSchema,
    default: "none",
    meaning: "What a record must be; without one, the stream's type is a claim nobody checks.",
  },
  onInvalid: {
    ...oneOf("stop", "skip", "collect"),
    default: `"stop"`,
    meaning:
      "A record that cannot be decoded or does not match the schema: stop the job, count it, or count it and give it by invalid().",
  },
  time: {
    ...aFunction,
    default: "none",
    meaning:
      "A record's own time, in milliseconds since the Unix epoch or as a Date: records belong to the step of their time. Without it, to the step in which they arrive.",
  },
  slack: {
    ...aDelay,
    default: `"0ms"`,
    meaning:
      "How far a record may be behind the newest and still be in time. More makes fewer late, and every result later by as much. Needs time.",
  },
  idleAfter: {
    ...aDelay,
    default: "slack or two intervals, the longer of them",
    meaning: "After so long without a record, a source or one of its parts holds no step back. Needs time.",
  },
  ahead: {
    ...aDelayOrOff,
    default: `"1m"`,
    meaning: "How far a record's time may be ahead of the clock; others are left out and counted as early. Needs time.",
  },
  maxRecordBytes: {
    ...whole(1, 2 ** 30),
    default: "1,048,576",
    meaning:
      "Bytes a line, a row, an event, a message, or a whole file or body under readBytes(), may have; a larger one is invalid. A polled JSON array is bounded as a whole.",
  },
  maxBytesPerStep: {
    ...whole(1, 2 ** 31),
    default: "67,108,864",
    meaning:
      "Bytes received ahead of the steps, after which the source is made to wait. More rides out longer pauses and takes more memory.",
  },
})
const plainReadOptions = (verb: string): Record<string, OptionEntry> =>
  Object.fromEntries(Object.entries(readOptions(verb)).filter(([option]) => option !== "schema"))

/** By place, by option. */
export const optionTable = {
  "job()": {
    name: { ...aName, default: "none, required", meaning: "What messages call the job." },
    interval: { ...aDuration, default: "what readStream() states", meaning: "The length of a step." },
    partitions: {
      ...whole(1, 1024),
      default: "8",
      meaning:
        "Partitions of every RDD. More spread work wider and cost a task each per step; the same on every machine.",
    },
    params: { ...aSchema, default: "none", meaning: "What parameters the job takes; checked once, on the driver." },
    setup: {
      ...aFunction,
      default: "none",
      meaning: "Opens what outputs need; runs once, on the driver, before the first step.",
    },
    teardown: { ...aFunction, default: "none", meaning: "Closes what setup opened; runs once, after the last step." },
  },
  "readStream()": readOptions("readStream"),
  "readText()": plainReadOptions("readText"),
  "readBytes()": plainReadOptions("readBytes"),
  "table()": {
    key: { ...aFunction, default: "none, required", meaning: "The key of a row; no two rows may have the same." },
    refresh: {
      ...aDuration,
      default: "loaded once",
      meaning: "How often the rows are loaded again: a whole multiple of the interval.",
    },
    name: { ...aName, default: "table and a number", meaning: "What messages and the checkpoint call the table." },
  },
  "tail()": {
    from: {
      ...oneOf("start", "end"),
      default: `"end"`,
      meaning: "Where reading begins in a file that is there when the job starts.",
    },
  },
  "listen()": {
    token: {
      expected: "a text of 16 to 1,024 visible ASCII characters",
      valid: (value) => typeof value === "string" && /^[\x21-\x7e]{16,1024}$/.test(value),
      default: "none; required where other machines can reach it",
      meaning: "What senders must prove to know, as `Authorization: Bearer …`.",
    },
  },
  "map()": recordOptions,
  "flatMap()": recordOptions,
  "filter()": recordOptions,
  "mapValues()": recordOptions,
  "flatMapValues()": recordOptions,
  "keyBy()": recordOptions,
  "keys()": verbOptions,
  "values()": verbOptions,
  "mapPartitions()": verbOptions,
  "repartition()": verbOptions,
  "count()": verbOptions,
  "countByValue()": verbOptions,
  "reduce()": verbOptions,
  "distinct()": verbOptions,
  "topK()": verbOptions,
  "groupBy()": verbOptions,
  "window()": verbOptions,
  "reduceByKey()": verbOptions,
  "aggregateByKey()": verbOptions,
  "groupByKey()": verbOptions,
  "cogroup()": verbOptions,
  "join()": verbOptions,
  "leftOuterJoin()": verbOptions,
  "rightOuterJoin()": verbOptions,
  "fullOuterJoin()": verbOptions,
  "reduceByWindow()": {
    name: keepOptions.name,
    slide: {
      ...aDuration,
      default: "the stream's own slide, for most streams one interval",
      meaning: "How often there is a new window: a whole multiple of the stream's slide, at most the window's length.",
    },
  },
  "runningReduce()": {
    ...keepOptions,
    timeout: {
      ...aTimeout,
      default: `"forever"`,
      meaning: "How long a key is kept after the last step that touched it: a whole multiple of the interval.",
    },
  },
  "track()": keepOptions,
  "flatMapWithState()": {
    ...keepOptions,
    onTimeout: {
      ...aFunction,
      default: "none",
      meaning: "Called for a key that times out, with its last state; may emit records.",
    },
  },
  "joinWithin()": keepOptions,
  "leftJoinWithin()": keepOptions,
  "reduceBySession()": keepOptions,
  "distinctBy()": keepOptions,
  "print()": {
    name: { ...aName, default: "print and a number", meaning: "The heading, and what messages call the output." },
    rows: { ...whole(1, 10_000), default: "10", meaning: "Records shown of each step." },
  },
  "foreachRDD()": {
    name: { ...aName, default: "foreachRDD and a number", meaning: "What messages call the output." },
    attempts,
  },
  "save()": {
    format: {
      ...oneOf("ndjson", "csv"),
      default: "none, required",
      meaning: "How records are written: a line of JSON each, or a row of comma-separated values.",
    },
    every: {
      ...aDuration,
      default: "the interval",
      meaning:
        "The time whose records go into one directory; a multiple of the interval, counted from the Unix epoch. Longer gives fewer, larger files, that are there later.",
    },
    name: { ...aName, default: "save and a number", meaning: "What messages call the output." },
    attempts,
  },
  "saveTo()": {
    name: { ...aName, default: "saveTo and a number", meaning: "What messages, and the sink, call the output." },
    attempts,
  },
  "remember()": {
    name: { ...aName, default: "remember and a number", meaning: "What slice() and messages call what is held." },
    maxBytes: {
      ...whole(1, 2 ** 40),
      default: "268,435,456",
      meaning: "Bytes held at most; the oldest step is forgotten first. More lets a longer time be asked for.",
    },
  },
  "defineSink()": {
    description: {
      ...aText(200),
      default: "none, required",
      meaning: "What it is, for messages and `millrace check`; the same wherever the program is loaded.",
    },
    named: {
      ...yesOrNo,
      default: "false",
      meaning: "The sink keeps what it knows under the output's name, so `saveTo()` is refused without one.",
    },
    open: {
      ...aFunction,
      default: "none",
      meaning: "Opens what writing needs, before the first step; runs on the driver, once for each output.",
    },
    write: {
      ...aFunction,
      default: "none, required",
      meaning: "Writes a step; called in order of steps, again with the same content if it fails.",
    },
    close: { ...aFunction, default: "none", meaning: "Closes what `open` gave, after the last write." },
  },
  "start()": {
    engine: {
      ...oneOf("inline", "threads"),
      default: `"threads" for a file, "inline" for a job object`,
      meaning: "Where tasks run.",
    },
    workers: { ...whole(1, 256), default: "processors available, at most the partitions", meaning: "Worker threads." },
    partitions: { ...whole(1, 1024), default: "what the job states", meaning: "In place of the job's partitions." },
    interval: { ...aDuration, default: "what the program states", meaning: "In place of the program's interval." },
    params: { ...anything, default: "none", meaning: "The job's parameters." },
    for: { ...aDuration, default: "until stopped", meaning: "Stops the job after this time, as stop() does." },
    steps: {
      ...whole(1, Number.MAX_SAFE_INTEGER),
      default: "until stopped",
      meaning: "Stops the job after so many steps, quiet ones included.",
    },
    stepsInFlight: {
      ...whole(1, 32),
      default: "4",
      meaning: "Steps that may be under way at once. More hides uneven steps and holds more memory.",
    },
    checkpoint: {
      ...aText(4096),
      default: "nothing is kept",
      meaning:
        "The folder, or s3://bucket/prefix, in which the job is kept, so that it goes on when it is started again.",
    },
    checkpointEvery: {
      ...aDuration,
      default: `"10s"`,
      meaning: "How often the checkpoint's past is let go of. Longer restarts later and keeps more on disk.",
    },
    resources: {
      ...anything,
      default: "what setup gives",
      meaning: "What foreachRDD() gets as resources, in place of setup.",
    },
    signal: {
      expected: "an AbortSignal",
      valid: (value) => value instanceof AbortSignal,
      default: "none",
      meaning: "Stops the job when it aborts, as stop() does.",
    },
  },
  "runBatches()": {
    batches: {
      expected: "an array of batches, or an object of these",
      valid: (value) => typeof value === "object" && value !== null,
      default: "none, required",
      meaning: "The records of each step, or these by stream.",
    },
    program: { ...aFunction, default: "none, required", meaning: "Takes the streams, gives what to look at." },
    read: {
      expected: "an object of options, or an object of these",
      valid: (value) => typeof value === "object" && value !== null,
      default: `none; "ahead" is "off"`,
      meaning: "How streams are read, as with readStream(); by stream if there are several.",
    },
    expected: {
      expected: "an array of rows or null for each step, or an object of these",
      valid: (value) => typeof value === "object" && value !== null,
      default: "nothing is compared",
      meaning: "The rows that should come out of each step, or these by stream.",
    },
    inAnyOrder: {
      ...yesOrNo,
      default: "false",
      meaning: "Whether the rows of a step may come in another order than expected.",
    },
    againstReference: {
      ...yesOrNo,
      default: "false",
      meaning: "Whether the reference interpreter runs it too, and must give the same.",
    },
    params: { ...anything, default: "none", meaning: "What the program and its tables get as parameters." },
    partitions: { ...whole(1, 1024), default: "8", meaning: "Partitions of every RDD." },
    interval: { ...aDuration, default: `"1s"`, meaning: "The length of a step; nothing waits for it." },
  },
} satisfies Record<string, Record<string, OptionEntry>> as Record<string, Record<string, OptionEntry>>

/**
 * Checks an option object. Options that are undefined count as left out.
 * @throws MR_OPTION_UNKNOWN, MR_OPTION_INVALID, MR_DURATION_INVALID
 */
export function checkOptions(where: string, given: unknown): void {
  const entries = optionTable[where]!
  if (given === undefined) return
  if (typeof given !== "object" || given === null || Array.isArray(given)) {
    throw refuse("MR_OPTION_INVALID", { where, option: "options", expected: "an object of options", got: given })
  }
  for (const [option, value] of Object.entries(given)) {
    if (value === undefined) continue
    const entry = Object.hasOwn(entries, option) ? entries[option] : undefined
    if (entry === undefined) {
      const known = Object.keys(entries)
      throw refuse("MR_OPTION_UNKNOWN", { where, option, nearest: nearestName(option, known), known })
    }
    if (entry.parse !== undefined) entry.parse(value, `${where}: the option "${option}"`)
    else if (!entry.valid(value))
      throw refuse("MR_OPTION_INVALID", { where, option, expected: entry.expected, got: value })
  }
}
