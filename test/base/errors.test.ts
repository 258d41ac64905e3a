import { readFileSync } from "node:fs"
import { describe, expect, test } from "vitest"
import type { ErrorCode, ErrorDetails } from "#src/base/errors.js"
import { errorTable, messageOf, MillraceError, refuse } from "#src/base/errors.js"

const at = { file: "/jobs/views.ts", line: 7, column: 3 }

/** Details as they come in real life; the compiler sees that no code is missing. */
const samples: { readonly [C in ErrorCode]: ErrorDetails[C] } = {
  MR_OPTION_UNKNOWN: { where: "job()", option: "intervall", nearest: "interval", known: ["name", "interval"] },
  MR_OPTION_INVALID: { where: "print()", option: "rows", expected: "a whole number from 1 to 10,000", got: 0 },
  MR_DURATION_INVALID: { what: "the interval", got: "1", minMs: 10 },
  MR_INTERVAL_MISSING: { job: "views" },
  MR_INTERVAL_DIFFERS: { first: "1s", firstAt: at, second: "2s", secondAt: undefined },
  MR_NO_OUTPUT: { job: "views" },
  MR_NAME_TAKEN: { kind: "state", name: "counts", at },
  MR_GRAPH_SEALED: { verb: "map" },
  MR_STREAM_OF_OTHER_JOB: { verb: "join", at },
  MR_NOT_MULTIPLE: {
    what: 'The window of "window-2"',
    at: "/jobs/views.ts:7:3",
    got: "2500ms",
    unit: "1s",
    nearest: ["2s", "3s"],
  },
  MR_SLIDE_TOO_LONG: { verb: "window", slide: "6s", length: "5s", at },
  MR_SLIDES_DIFFER: {
    verb: "join",
    at,
    first: "window-1",
    firstSlide: "1s",
    second: "window-2",
    secondSlide: "5s",
  },
  MR_STATE_OVER_WINDOW: { verb: "runningReduce", at, window: "window-1", windowAt: at },
  MR_STATE_OVER_STATE: { verb: "window", at, state: "counts" },
  MR_FUNCTION_EXPECTED: { verb: "map", argument: "first argument", got: "url", at },
  MR_ASYNC_OPERATOR: { verb: "map", at },
  MR_SOURCE_UNKNOWN: { got: "ftp://example.org" },
  MR_SOURCE_LIVE: { got: "a Promise" },
  MR_SINK_UNKNOWN: { got: "./out", at },
  MR_SOURCE_LIST: { problem: "it is empty" },
  MR_NOT_A_STATE: { verb: "changes", got: "map-1" },
  MR_INVALID_NOT_COLLECTED: { source: "views" },
  MR_LATE_WITHOUT_TIME: { source: "views" },
  MR_SLACK_WITHOUT_TIME: { where: "readStream()", option: "slack" },
  MR_BUILDER_ASYNC: { job: "views" },
  MR_BUILDER_FAILED: { job: "views", message: "url is not defined", at },
  MR_PARAMS_INVALID: { job: "views", issues: ["url: Expected string but received 7", "port: Expected number"] },
  MR_PARAMS_UNDECLARED: { job: "views", given: ["url"] },
  MR_SCHEMA_ASYNC: { where: 'source "views"' },
  MR_FILE_MISSING: { file: "views.ts" },
  MR_FILE_NOT_COMPILED: { file: "views.ts", problems: ['views.ts:1:2: Expected ";" but found "x"'] },
  MR_NO_DEFAULT_EXPORT: { file: "views.ts", found: [] },
  MR_MODULE_FAILED: { file: "views.ts", message: "url is not defined", at: "/jobs/views.ts:7:3" },
  MR_MODULE_OPENS: { resources: ["a server", "a timer"] },
  MR_PROGRAM_DIFFERS: { node: "node 1", driver: "transform a", worker: "transform b" },
  MR_START_INSIDE_JOB: {},
  MR_JOB_NEEDS_FILE: { engine: "threads" },
  MR_SETUP_FAILED: { hook: "setup", message: "connect ECONNREFUSED" },
  MR_OUTPUT_UNKNOWN: { name: "count", known: ["counts"] },
  MR_OUTPUT_TAKEN: { name: "counts" },
  MR_SLICE_UNKNOWN: { name: "count", known: ["counts"] },
  MR_SLICE_TIMES: { problem: "from must be before to, but from is 2 and to is 1" },
  MR_SLICE_GONE: { name: "counts", asked: "20:00", held: ["21:00", "22:00"], why: "length" },
  MR_SLICE_VERB: { verb: "window", at, why: "a slice is one RDD" },
  MR_USER_FUNCTION: {
    verb: "map",
    name: "map-1",
    at: "/jobs/views.ts:7:3",
    step: 12,
    partition: 3,
    record: "{ url: 7 }",
    message: "url.split is not a function",
  },
  MR_NOT_PAIR: { verb: "reduceByKey", name: "reduceByKey-2", at: "/jobs/views.ts:7:3", got: "{ url: 7 }" },
  MR_NOT_ITERABLE: { verb: "flatMap", name: "flatMap-1", at: "/jobs/views.ts:7:3", got: "7" },
  MR_STATE_UNDEFINED: { verb: "track", name: "sessions", at: "/jobs/views.ts:7:3", key: '"ann"' },
  MR_TABLE_FAILED: { table: "cities", message: "connect ECONNREFUSED" },
  MR_TABLE_KEY_TWICE: { table: "cities", key: "7" },
  MR_VALUE_REFUSED: { name: "map-1", what: "an instance of class Point", path: ".at" },
  MR_OUTPUT_FAILED: { output: "store", step: 12, attempts: 3, message: "disk full" },
  MR_INVALID_RECORD: { source: "views", why: "it is not JSON", record: '"{"' },
  MR_NO_RECORD_TIME: {
    sources: [{ name: "views", records: 640, early: 0 }],
    sample: { why: "its time must be milliseconds", record: '{ id: 7, at: "now" }' },
  },
  MR_STATE_LOST: { state: "counts", partition: 3, worker: "thread-1", step: 12 },
  MR_TASK_ATTEMPTS: { task: '"map-1" of step 12, partition 3,', attempts: 4, why: "it exited with code 3" },
  MR_WORKERS_FAILING: { times: 4, why: "it exited with code 3" },
  MR_CHECKPOINT_FOLDER: { folder: "/jobs/state", why: "it has other things in it, such as notes.txt" },
  MR_CHECKPOINT_IN_USE: { folder: "/jobs/state" },
  MR_CHECKPOINT_OTHER_JOB: { folder: "/jobs/state", job: "views", found: "orders" },
  MR_CHECKPOINT_DIFFERS: { folder: "/jobs/state", what: "a number of partitions of", found: "8", now: "4" },
  MR_CHECKPOINT_NEWER: { folder: "/jobs/state", file: "manifest-00000001.bin", format: "2", known: "1" },
  MR_CHECKPOINT_DAMAGED: { folder: "/jobs/state", file: "steps-0.log", offset: 8, why: "no entry can be read there" },
  MR_CHECKPOINT_FAILED: { folder: "/jobs/state", why: "there is no room on its disk (ENOSPC)" },
  MR_SOURCE_UNREACHABLE: { url: "http://localhost:1/", why: "ECONNREFUSED" },
  MR_SOURCE_STATUS: { url: "http://localhost:1/", status: 404, text: "Not Found", expected: 200 },
  MR_SOURCE_CONTENT_TYPE: {
    url: "http://localhost:1/",
    got: "",
    verb: "readStream",
    expected: ["application/x-ndjson", "text/event-stream"],
  },
  MR_SOURCE_BODY: { url: "http://localhost:1/", why: "it has more than 64 MiB" },
  MR_SOURCE_PATH: {
    path: "./history",
    why: "there is no such file or folder",
    hint: "make it, or correct the path, which starts at /jobs",
  },
  MR_LISTEN_FAILED: { url: "http://127.0.0.1:9000/", why: "the port is taken" },
  MR_SOURCE_FAILED: { source: "views", message: "the cursor is closed" },
  MR_RECEIVER_MISUSED: { source: "views", expected: "values() takes an array of records", got: "7" },
  MR_UNCAUGHT: { message: "socket hang up" },
  MR_FOLDER_TAKEN: { folder: "/jobs/views", why: "is a file", wanted: "another name" },
  MR_FOLDER_NOT_WRITTEN: { folder: "/jobs/views", why: "permission denied" },
  MR_NAME_UNUSABLE: { name: "統計" },
  MR_NOT_DEPLOYABLE: { file: "/jobs/views.ts", problems: ['/jobs/views.ts:1:8: "#db" leads to the package "pg"'] },
  MR_USAGE: { problem: 'There is no command "rum".', hint: "Did you mean run?" },
}

/** These end in the words of another error, which are its own. */
const endsInAnotherMessage: readonly ErrorCode[] = [
  "MR_BUILDER_FAILED",
  "MR_MODULE_FAILED",
  "MR_SETUP_FAILED",
  "MR_OUTPUT_FAILED",
  "MR_WORKERS_FAILING",
  "MR_SOURCE_FAILED",
  "MR_TABLE_FAILED",
]

const codes = Object.keys(errorTable) as ErrorCode[]
const errorOf = (code: ErrorCode): MillraceError => refuse(code, samples[code] as never)

describe.each(codes)("%s", (code) => {
  const { message } = errorOf(code)

  test("its message begins with the code and a word", () => {
    expect(message).toMatch(new RegExp(`^${code}: \\S`))
  })

  test("it is a few whole sentences in one line, with nothing left to be filled in", () => {
    expect(message.length).toBeLessThan(500)
    expect(message).not.toMatch(/\n| {2}|\[object|\$\{|,\.|;\.|\.\./)
    const sentences = message.split(/(?<=[.?]) (?=[A-Z])/)
    expect(sentences.length).toBeLessThanOrEqual(3)
    if (!endsInAnotherMessage.includes(code)) expect(message).toMatch(/[.?]$/)
  })

  test("everything it is told is in its message", () => {
    const told = Object.values(samples[code])
      .flat()
      .filter((part) => typeof part === "string" && part !== "")
    for (const part of told as string[]) expect(message).toContain(part)
  })
})

test("an error has its code, its name and its cause", () => {
  const cause = new Error("disk full")
  const error = refuse("MR_OUTPUT_TAKEN", { name: "counts" }, cause)
  expect(error).toBeInstanceOf(Error)
  expect(error).toBeInstanceOf(MillraceError)
  expect(error).toMatchObject({ code: "MR_OUTPUT_TAKEN", name: "MillraceError", cause })
  expect("cause" in refuse("MR_OUTPUT_TAKEN", { name: "counts" })).toBe(false)
})

test("messageOf finds words for anything that was thrown", () => {
  expect([new Error("a"), "b", undefined, { c: 1 }].map(messageOf)).toEqual(["a", '"b"', "undefined", "{ c: 1 }"])
})

describe("docs/errors.md", () => {
  const page = readFileSync(new URL("../../docs/errors.md", import.meta.url), "utf8")

  test("lists every code with when it happens, in the table's order", () => {
    const rows = [...page.matchAll(/^\| `(MR_\w+)` +\| (.+?) +\|$/gm)].map(([, code, when]) => [code, when])
    expect(rows).toEqual(codes.map((code) => [code, errorTable[code].when.replaceAll("|", "\\|")]))
  })

  test("is as `npm run docs:tables` writes it; run that after a change of the table", async () => {
    const script = new URL("../../scripts/docs-tables.mjs", import.meta.url).href
    const { pages } = (await import(script)) as { pages: Record<string, string> }
    expect(page).toBe(pages["docs/errors.md"])
  })
})
