import { PassThrough } from "node:stream"
import { expect, test } from "vitest"
import { batches } from "#src/source/batches.js"
import { from } from "#src/source/from.js"
import { generate } from "#src/source/generate.js"
import { resolveSource } from "#src/source/resolve-source.js"

test.each(["http://localhost:8080/views", "https://example.com/views", new URL("http://localhost/")])(
  "%s is read over HTTP",
  (url) => {
    expect(resolveSource(url)).toMatchObject({ kind: "receive", description: `GET ${String(url)}` })
  },
)

test.each([
  [".", "."],
  ["..", ".."],
  ["./history", "./history"],
  ["history/", "history/"],
  ["../a b/žluťoučký 🐎", "../a b/žluťoučký 🐎"],
  ["/var/log/views", "/var/log/views"],
  ["C:\\history", "C:\\history"],
  ["views.ndjson", "views.ndjson"],
  ["2026-01-01T10:00.JSONL", "2026-01-01T10:00.JSONL"],
  ["views.json.gz", "views.json.gz"],
  ["views.csv", "views.csv"],
  ["views.txt", "views.txt"],
  ["views.log", "views.log"],
  ["file:///var/a%20b", "/var/a b"],
  [new URL("file:///var/views.csv"), "/var/views.csv"],
])("%s is a file or a folder", (given, path) => {
  expect(resolveSource(given)).toMatchObject({ kind: "receive", description: `files ${path}` })
})

test.each(["ws://localhost:8080/frames", "wss://example.com/frames", new URL("ws://localhost/")])(
  "%s is read as a WebSocket",
  (url) => {
    expect(resolveSource(url)).toMatchObject({ kind: "receive", description: String(url) })
  },
)

test("what generate(), batches() and from() give is its source", () => {
  for (const given of [batches([[1]]), generate({ rate: 1, seed: 1 }, (i) => i), from(() => [1])]) {
    expect(resolveSource(given)).toBe(given.source)
  }
})

test("a list is its sources, as one", () => {
  const events = from(() => [1])
  const source = resolveSource(["http://a/views", new URL("http://b/views"), events])
  expect(source).toMatchObject({ kind: "several", description: "[GET http://a/views, GET http://b/views, from()]" })
  expect(source.kind === "several" && source.sources[2]).toBe(events.source)
  expect(Object.isFrozen(source)).toBe(true)
})

test.each<[unknown, string]>([
  [[], "it is empty"],
  [
    ["http://a/", generate({ rate: 1, seed: 1 }, (i) => i)],
    "item 1 is generate(rate 1, seed 1), which is read by offsets",
  ],
  [[batches([[1]])], "item 0 is batches(1 with 1 records), which is read by offsets"],
  [["http://a/", ["http://b/"]], "item 1 is a list itself"],
])("the list %o cannot be read as one stream", (list, why) => {
  expect(() => resolveSource(list)).toThrow(/^MR_SOURCE_LIST: readStream\(\) takes a list of one or more sources/)
  expect(() => resolveSource(list)).toThrow(`, but ${why}; give`)
})

test.each<[string, unknown]>([
  ["a PassThrough", new PassThrough()],
  ["a Promise", Promise.resolve()],
  ["a ReadableStream", new ReadableStream()],
  ["an Array Iterator", [1].values()],
  ["an EventTarget", new EventTarget()],
])("%s is open already, and refused", (name, live) => {
  expect(() => resolveSource(live)).toThrow(new RegExp(`^MR_SOURCE_LIVE: readStream\\(\\) got ${name}, which is`))
})

test.each([
  undefined,
  null,
  5,
  "",
  "history",
  "views.parquet",
  "localhost:8080/views",
  "file://elsewhere/views.ndjson",
  new URL("ftp://example.com/views.ndjson"),
  "ftp://example.com/views",
  {},
  [1, 2],
  ["http://a/", "views"],
  /x/,
  () => [1],
])("%s is refused", (value) => {
  expect(() => resolveSource(value)).toThrow(/^MR_SOURCE_UNKNOWN: readStream\(\) expects an http:/)
})
