/** What a branch's reader does on bytes, against the functions of the program, called line by line. */
import { defineSource, from, grep, jsonFields, words } from "millrace"
import type { DStream, InputStream, SourceOf } from "millrace"
import fc from "fast-check"
import { describe, expect, test } from "vitest"
import { MillraceError } from "#src/base/errors.js"
import type { Block } from "#src/block/block.js"
import { BlockReader } from "#src/block/block-reader.js"
import { KeyDictionary } from "#src/block/key-dictionary.js"
import { makeBlock, receivedBlock, rowsBlock } from "#src/block/make-block.js"
import type { Account } from "#src/compute/account.js"
import { headOf } from "#src/compute/head.js"
import type { CutInput } from "#src/compute/input-reader.js"
import { chooseKernels } from "#src/compute/kernel/choose-kernels.js"
import { jsKernels } from "#src/compute/kernel/js-kernels.js"
import { runStage } from "#src/compute/run-stage.js"
import type { Manner } from "#src/compute/runnable-stage.js"
import { RunnableStage } from "#src/compute/runnable-stage.js"
import { WorkerCache } from "#src/compute/worker-cache.js"
import type { Plan } from "#src/plan/plan.js"
import { planOf } from "../plan-of.ts"

type Program = (lines: InputStream<string>) => DStream<unknown>

const PROGRAMS: Readonly<Record<string, Program>> = {
  "words as they are": (lines) => lines.flatMap(words()),
  "words as keys": (lines) =>
    lines
      .flatMap(words())
      .map((word) => [word, 1])
      .reduceByKey((a, b) => a + b),
  "words as keys by way of another string": (lines) =>
    lines
      .flatMap(words())
      .map((word) => [`${word}!`.slice(0, -1), word.length])
      .groupByKey(),
  "words and other keys": (lines) =>
    lines
      .flatMap(words())
      .map((word) => [word.length % 2 === 0 ? word : word.length, 1])
      .reduceByKey((a, b) => a + b),
  "words by what begins them, with several values": (lines) =>
    lines
      .flatMap(words())
      .map((word) => [word.slice(0, 1), word.length])
      .reduceByKey((a, b) => (a * 31 + b) % 65_521),
  "words of which some are left out": (lines) =>
    lines
      .flatMap(words())
      .filter((word) => word.length > 1)
      .keyBy((word) => word.length)
      .mapValues((word) => word.length)
      .aggregateByKey(
        () => 1,
        (a, b) => (a * 7 + b) % 65_521,
        (a, b) => a + b,
      ),
  "words with values that are not all numbers": (lines) =>
    lines
      .flatMap(words())
      .map((word) => [word.slice(0, 1), word.length > 1 ? word : word.length] as [string, string | number])
      .reduceByKey((a, b) => `${a}${b}`),
  "a word as the key of another": (lines) =>
    lines
      .flatMap(words())
      .flatMap(
        (word) =>
          [
            [word, 1],
            ["a", 2],
          ] as [string, number][],
      )
      .reduceByKey((a, b) => a * 31 + b),
  "words counted": (lines) => lines.flatMap(words()).countByValue(),
  "words counted as one number": (lines) => lines.flatMap(words()).count(),
  "words changed, then counted": (lines) =>
    lines
      .flatMap(words())
      .map((word) => word.length)
      .countByValue(),
  "lines found": (lines) => lines.filter(grep("ab")),
  "lines found and counted": (lines) => lines.filter(grep("é")).count(),
  "lines found and cut into words": (lines) => lines.filter(grep("a a")).flatMap(words()).countByValue(),
  "lines found twice": (lines) => lines.filter(grep("a")).filter(grep("b")),
  "fields as they are": (lines) => lines.map(jsonFields(["a", "b"])),
  "fields of lines that may be none": (lines) =>
    lines.map(jsonFields(["a", "b", "__proto__", "1"]), { onError: "skip" }).tap("read"),
  "fields counted": (lines) => lines.map(jsonFields(["b"]), { onError: "skip" }).count(),
  "fields as keys": (lines) =>
    lines
      .map(jsonFields(["b", "a"]), { onError: "skip" })
      .map(({ a, b }) => [[a, b], b])
      .groupByKey(),
  "a field that is asked for, and changed": (lines) =>
    lines
      .map(jsonFields(["a", "c"]), { onError: "skip" })
      .filter(({ a }) => a !== "x")
      .map((record) => ({ ...record, c: String(record.c) })),
  "lines with any text": (lines) => lines.filter(grep("")).count(),
  "lines with a text that none has": (lines) => lines.filter(grep("a\nb")).count(),
  "lines with a carriage return": (lines) => lines.filter(grep("a\r")),
  "lines with half a character": (lines) => lines.filter(grep("\ud83d")).count(),
}

const onBytes = Object.keys(PROGRAMS).filter((name) => !/any text|none has|carriage|half/.test(name))

const planFor = (program: Program, source: SourceOf<string> = from<string>(() => [])): Plan =>
  planOf(({ readText }) => program(readText(source, { onInvalid: "skip" })).output("out"))

const chosen = chooseKernels({})
const GENERATED: Manner = { loops: "generated", strict: false }
const CLOSURES: Manner = { loops: "closures", strict: false }
const STRICT: Manner = { loops: "generated", strict: true }

interface Ran {
  readonly rows: unknown[]
  readonly account: Account
}

/** So often a stage has run when its loops are those that it goes on with, and the worker knows what it meets. */
const RUNS = 7

/** The first stage's block for these cuts; again and again, since nothing may come of what a worker remembers. */
function run(plan: Plan, cuts: readonly CutInput[], manner: Manner, cache = new WorkerCache("worker", chosen)): Ran {
  const runnable = new RunnableStage(plan.stages[0]!, plan.graph, manner, cache)
  const inputs = {
    branches: [[{ cuts, blocks: [] }]],
    table: undefined,
    tables: new Map(),
    still: [],
    arrival: undefined,
  }
  const [first, ...others] = Array.from({ length: RUNS }, () => runStage(runnable, { step: 1, partition: 0 }, inputs))
  const rows = rowsOf(first!.block)
  for (const { block } of others) expect(rowsOf(block)).toEqual(rows)
  return { rows, account: first!.account }
}

/** What it gives, or why the job stops. */
function outcomeOf(...args: Parameters<typeof run>): unknown {
  try {
    return run(...args)
  } catch (error) {
    if (error instanceof MillraceError) return error.message
    throw error
  }
}

function rowsOf(block: Block): unknown[] {
  const rows: unknown[] = Array.from({ length: block.sections }, (_, section) => ({
    from: block.sectionStart(section),
  }))
  for (const reader = new BlockReader(block); reader.next();) rows.push(reader.value)
  return rows
}

const bytesOf = (lines: readonly string[]): Buffer => Buffer.from(lines.map((line) => `${line}\n`).join(""))
const first = { at: 0, origin: 0 } as const
const chunk = (bytes: Buffer): CutInput => ({ ...first, kind: "chunk", block: receivedBlock("text", bytes) })
const values = (lines: readonly string[]): CutInput => ({ ...first, kind: "chunk", block: rowsBlock(lines) })
const NOT_UTF8 = Buffer.from("a \xff b\nab ab\n", "latin1")
const notUtf8 = chunk(NOT_UTF8)
const rejected: CutInput = { ...first, kind: "chunk", block: makeBlock("rejected", [["too large"], ["aaa"]]) }

const texts = ['"x"', '"y"', '"é"', '"\\n"', `"${"long".repeat(20)}"`, '"😀"', '""', "[1]", '{"a":1}', "", "nul"]
const numbers = ["1", "-0", "1.5", "1e3", "01", "1700000000000", "-12", "12345678901234567890"]
const field = fc.constantFrom(...texts, ...numbers, "null", "true", "false")
const name = fc.constantFrom("a", "b", "c", "__proto__", "1", "\\u0061", "ab")
const record = fc
  .array(fc.tuple(name, field), { maxLength: 5 })
  .map((entries) => `{${entries.map(([key, value]) => `"${key}":${value}`).join(", ")}}`)
const text = fc
  .array(
    fc.constantFrom("a", "b", "ab", "é", "日本", "😀", " ", "  ", "\t", "\f", "\r", "a a", "x".repeat(20), "\u00a0"),
    { maxLength: 12 },
  )
  .map((parts) => parts.join(""))
const lines = fc.oneof(...[text, record, fc.oneof(text, record)].map((line) => fc.array(line, { maxLength: 20 })))
const cut = fc.oneof(
  { weight: 4, arbitrary: lines.map((some) => chunk(bytesOf(some))) },
  lines.map(values),
  fc.constantFrom(notUtf8, rejected),
)

describe.each(Object.entries(PROGRAMS))("%s", (_, program) => {
  const plan = planFor(program)
  const [cache, inJs] = [new WorkerCache("worker", chosen), new WorkerCache("worker", jsKernels)]

  test("any cuts give what the program's functions give, counted alike", () => {
    fc.assert(
      fc.property(fc.array(cut, { maxLength: 4 }), (cuts) => {
        const expected = outcomeOf(plan, cuts, CLOSURES)
        expect(outcomeOf(plan, cuts, GENERATED, cache)).toStrictEqual(expected)
        expect(outcomeOf(plan, cuts, GENERATED, inJs)).toStrictEqual(expected)
        expect(outcomeOf(plan, cuts, STRICT, cache)).toStrictEqual(expected)
      }),
      { numRuns: 100 },
    )
  })

  test("so do ranges of a source of bytes, in pieces", () => {
    const all = ["a ab", "", "é ab", " a a ", "x".repeat(30), "ab", "\ta\fb", "b a b"]
    const source = defineSource<string>({
      description: "lines",
      total: all.length,
      format: "text",
      admitted: () => all.length,
      *read(start, until) {
        for (let i = start; i < until; i += 3) yield i === 3 ? NOT_UTF8 : bytesOf(all.slice(i, Math.min(i + 3, until)))
      },
    })
    const ranges: CutInput[] = [
      { ...first, kind: "range", from: 0, until: 5 },
      { ...first, kind: "range", from: 5, until: 8 },
    ]
    const ofBytes = planFor(program, source)
    expect(outcomeOf(ofBytes, ranges, GENERATED)).toStrictEqual(outcomeOf(ofBytes, ranges, CLOSURES))
  })
})

test("the words of more than a batch are all there", () => {
  const many = Array.from({ length: 30_000 }, (_, i) => `w${i % 7_000} ${i % 11} x`)
  for (const name of ["words as keys", "words counted", "words counted as one number"]) {
    const plan = planFor(PROGRAMS[name]!)
    expect(run(plan, [chunk(bytesOf(many))], GENERATED)).toEqual(run(plan, [chunk(bytesOf(many))], CLOSURES))
  }
})

describe("fields of lines", () => {
  const recordsOf = (lines: readonly string[], manner: Manner): unknown[] =>
    run(planFor(PROGRAMS["fields as they are"]!), [chunk(bytesOf(lines))], manner).rows.slice(1)

  test("of more than a batch are all there, each with its own", () => {
    const many = Array.from({ length: 7_000 }, (_, i) => `{"b":"${i % 7}","x":[${"9".repeat(i % 5)}],"a":${i}}`)
    many.forEach((line, i) => (many[i] = i % 3 === 0 ? line : line.replace(/"x":[^,]*,/, "")))
    expect(recordsOf(many, GENERATED)).toStrictEqual(recordsOf(many, CLOSURES))
    expect(recordsOf(many, GENERATED)[6_999]).toEqual({ a: 6_999, b: "6" })
  })

  test("have properties in the order that was asked for, the same for every record", () => {
    const given = recordsOf(['{"b":1,"a":2}', '{"a":1}', '{"\\u0061":3}', "{}"], GENERATED)
    expect(given.map((record) => Object.entries(record as object))).toEqual([
      [
        ["a", 2],
        ["b", 1],
      ],
      [
        ["a", 1],
        ["b", undefined],
      ],
      [
        ["a", 3],
        ["b", undefined],
      ],
      [
        ["a", undefined],
        ["b", undefined],
      ],
    ])
  })

  test.each([GENERATED, CLOSURES, STRICT])(
    "a line that is none stops the job, or is skipped and told of: %j",
    (manner) => {
      const cuts = [chunk(bytesOf(['{"a":1}', "[2]", '{"a":3']))]
      expect(outcomeOf(planFor(PROGRAMS["fields as they are"]!), cuts, manner)).toMatch(
        /^MR_USER_FUNCTION: map\(\).* threw .*expected a JSON object.*"\[2\]"/s,
      )
      const { account } = run(planFor(PROGRAMS["fields counted"]!), cuts, manner)
      expect(account).toMatchObject({
        records: 3,
        skipped: 2,
        samples: [{ kind: "skipped", record: '"[2]"' }, { record: String.raw`"{\"a\":3"` }],
      })
    },
  )
})

test("what a worker has no room to remember is read all the same", () => {
  const small = { ...jsKernels, newDictionary: () => jsKernels.newDictionary(400) }
  const some = Array.from({ length: 300 }, (_, i) => `key${i % 37} ${"y".repeat(i * 3)} b`)
  for (const name of ["words as keys", "words counted", "words as they are"]) {
    const plan = planFor(PROGRAMS[name]!)
    const cache = new WorkerCache("worker", small, new KeyDictionary("worker", 1_000))
    expect(run(plan, [chunk(bytesOf(some))], GENERATED, cache)).toEqual(run(plan, [chunk(bytesOf(some))], CLOSURES))
  }
})

describe("a head is there where its operator comes first, on lines of text", () => {
  const headIn = (plan: Plan): string | undefined => headOf(plan.stages[0]!.branches[0]!, plan.stages[0]!.end)?.kind

  test.each(onBytes)("%s", (name) => expect(headIn(planFor(PROGRAMS[name]!))).toBeDefined())
  test.each(Object.keys(PROGRAMS).filter((name) => !onBytes.includes(name)))("not: %s", (name) =>
    expect(headIn(planFor(PROGRAMS[name]!))).toBeUndefined(),
  )

  const text = from<string>(() => [])
  test.each<[string, Plan]>([
    ["after another operator", planFor((stream) => stream.map((each) => each).flatMap(words()))],
    ["after a tap", planFor((stream) => stream.tap("lines").flatMap(words()))],
    ["of records of JSON", planOf(({ readStream }) => readStream<string>(text).flatMap(words()).output("out"))],
    [
      "of records with a time",
      planOf(({ readText }) =>
        readText(text, { time: () => 0 })
          .flatMap(words())
          .output("out"),
      ),
    ],
    [
      "where the order of arrival is kept",
      planFor((stream) =>
        stream
          .flatMap(words())
          .map((word) => [word, 1])
          .track(
            (_, n) => n,
            (_, sum, n) => sum + n,
            "forever",
          ),
      ),
    ],
  ])("not: %s", (_, plan) => expect(headIn(plan)).toBeUndefined())
})
