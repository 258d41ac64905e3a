/** Holds the rooms of docs/architecture.md over `src/`, and shows that each rule bites. */
import fs from "node:fs"
import path from "node:path"
import { describe, expect, test } from "vitest"
import * as rules from "./architecture/rules.ts"
import type { Tree } from "./architecture/source-text.ts"

/** The files that may touch the outside world, each for a reason. All others get it handed to them. */
const owners = {
  time: [
    "base/clock.ts", // the live clock
    "checkpoint/kept-tables.ts", // takes turns with everything else; never waits
    "engine/inline.ts", // takes turns with everything else; never waits
    "source/iteration.ts", // the same
    "testing/simulated-engine.ts", // the same
    "testing/source-contract.ts", // the same
    "testing/virtual-clock.ts", // time that leaps, a turn of the event loop at a time
    "worker/worker-thread.ts", // how long what has ended was not told
    "worker/determinism.ts", // puts other clocks before the user's code
  ],
  files: [
    "api/bundle.ts", // the user's program
    "api/compile.ts", // the same
    "api/installed-package.ts", // what the user's program imports
    "checkpoint/checkpoint-folder.ts", // what a job keeps
    "checkpoint/folder.ts", // the same
    "checkpoint/folder-lock.ts", // the same
    "cli/build.ts", // an earlier build
    "cli/new.ts", // the template of a project
    "cli/whole-folder.ts", // what the command writes
    "source/files.ts", // a file, or a folder
    "source/folder.ts", // what is in it, and what comes
    "source/followed-file.ts", // a file that grows
    "sink/durable-files.ts", // what save() writes
  ],
  sockets: [
    "checkpoint/checkpoint-bucket.ts", // a client of an object store
    "checkpoint/folder-lock.ts", // a socket that dies with its process
    "source/connection.ts", // the one place that asks over HTTP
    "source/http-listener.ts", // the one place that is asked
    "source/web-socket-connection.ts", // the one place that holds a WebSocket
  ],
  randomness: [
    "checkpoint/checkpoint-bucket.ts", // a name for a run that nobody else has
    "worker/determinism.ts", // puts other random numbers before the user's code
  ],
  processStarts: [
    "engine/threads.ts", // worker threads
  ],
}

describe("src/", () => {
  const tree = readTree(path.resolve(import.meta.dirname, "..", "src"))

  test("every file stands in a room, or is a door", () => hold(rules.everyFileHasARoom(tree)))
  test("a file imports from its own room or from a lower rank", () => hold(rules.importsGoDown(tree)))
  test("nothing imports the command line, the test kit or a door", () => hold(rules.nothingImportsTheOutermost(tree)))
  test("every file imported is there", () => hold(rules.importsAreFound(tree)))
  test("no files import each other in a circle", () => hold(rules.noCycles(tree)))
  test("every file can be reached from a door", () => hold(rules.noDeadFiles(tree)))
  test("no file only passes on what others export", () => hold(rules.noBarrels(tree)))
  test("names say what is inside", () => hold(rules.namesSayWhatIsInside(tree)))
  test("only its owners use time", () => hold(rules.onlyOwnersUse(tree, rules.time, owners.time)))
  test("only their owners use files", () => hold(rules.onlyOwnersUse(tree, rules.files, owners.files)))
  test("only their owners use sockets", () => hold(rules.onlyOwnersUse(tree, rules.sockets, owners.sockets)))
  test("only its owners use randomness", () => hold(rules.onlyOwnersUse(tree, rules.randomness, owners.randomness)))
  test("only their owners start threads and processes", () =>
    hold(rules.onlyOwnersUse(tree, rules.processStarts, owners.processStarts)))
  test("graph, plan, scheduling and computing know no clock, file or socket", () =>
    hold(rules.pureRoomsUseNone(tree, [rules.time, rules.files, rules.sockets])))
})

describe("the rules bite", () => {
  test("a room that is not in the table, and a file outside of all rooms", () => {
    expect(rules.everyFileHasARoom(treeOf({ "base/a.ts": "", "index.ts": "" }))).toEqual([])
    expectFaults(rules.everyFileHasARoom(treeOf({ "attic/a.ts": "", "stray.ts": "" })), ["attic/a.ts", "stray.ts"])
  })

  test.each([
    ["a value", `import { b } from "../plan/b.ts"`],
    ["a type", `import type { B } from "../plan/b.ts"`],
    ["a type in place", `let x: import("../plan/b.ts").B`],
    ["a re-export", `export { b } from "../plan/b.ts"`],
    ["a side effect", `import "../plan/b.ts"`],
    ["a late import", `await import("../plan/b.ts")`],
  ])("an import upwards: %s", (_, text) => {
    expect(rules.importsGoDown(treeOf({ "schedule/a.ts": text, "plan/b.ts": "" }))).toEqual([])
    expectFaults(rules.importsGoDown(treeOf({ "stream/a.ts": text, "plan/b.ts": "" })), ["stream/a.ts"])
  })

  test("an import between rooms of one rank", () => {
    const tree = treeOf({ "state/a.ts": `import "../plan/b.ts"; import "./c.ts"`, "plan/b.ts": "", "state/c.ts": "" })
    expectFaults(rules.importsGoDown(tree), ["state/a.ts (rank 2) imports plan/b.ts (rank 2)"])
  })

  test("an import in a comment or a string is none", () => {
    const text = `// import "../api/b.ts"\nconst a = \`import "../api/b.ts"\``
    expect(rules.importsGoDown(treeOf({ "base/a.ts": text, "api/b.ts": "" }))).toEqual([])
  })

  test("an import of a door, of the command line, of the test kit", () => {
    const tree = treeOf({
      "cli/main.ts": `import "./run.ts"; import "../index.ts"; import "../testing/index.ts"`,
      "cli/run.ts": "",
      "index.ts": `import "./cli/run.ts"`,
      "testing/index.ts": "",
    })
    expectFaults(rules.nothingImportsTheOutermost(tree), [
      "cli/main.ts imports index.ts",
      "cli/main.ts imports testing/index.ts",
      "index.ts imports cli/run.ts",
    ])
  })

  test("an import of a file that is not there", () => {
    expectFaults(rules.importsAreFound(treeOf({ "base/a.ts": `import "./gone.ts"` })), [
      "base/a.ts imports base/gone.ts",
    ])
  })

  test("a circle, types included", () => {
    const tree = treeOf({
      "base/a.ts": `import "./b.ts"`,
      "base/b.ts": `import type { C } from "./c.ts"`,
      "base/c.ts": `import "./b.ts"; import "./d.ts"`,
      "base/d.ts": "",
    })
    expectFaults(rules.noCycles(tree), ["base/b.ts → base/c.ts → base/b.ts"])
  })

  test("a file that nothing reaches, even if it is imported", () => {
    const tree = treeOf({
      "index.ts": `export * from "./api/used.ts"`,
      "worker-main.ts": "",
      "cli/main.ts": "",
      "testing/index.ts": "",
      "api/used.ts": "",
      "api/dead.ts": `import "./also-dead.ts"`,
      "api/also-dead.ts": "",
    })
    expectFaults(rules.noDeadFiles(tree), ["api/dead.ts", "api/also-dead.ts"])
  })

  test("a barrel", () => {
    const barrel = `// all of it\nexport * from "./a.ts"\nexport type { B } from "./b.ts"`
    const tree = treeOf({ "index.ts": barrel, "testing/index.ts": barrel, "plan/index.ts": barrel, "plan/a.ts": "" })
    expectFaults(rules.noBarrels(tree), ["plan/index.ts"])
    expect(rules.noBarrels(treeOf({ "plan/a.ts": `${barrel}\nexport const c = 1` }))).toEqual([])
  })

  test("names that say nothing", () => {
    const tree = treeOf({ "base/string-utils.ts": "", "plan/types.ts": "", "shared/a.ts": "", "base/utility.ts": "" })
    expectFaults(rules.namesSayWhatIsInside(tree), ["base/string-utils.ts", "plan/types.ts", "shared/a.ts"])
  })

  const uses: readonly [rules.Resource, string][] = [
    [rules.time, "const t = Date.now()"],
    [rules.time, "const t = new Date()"],
    [rules.time, "const t = performance.now()"],
    [rules.time, "setTimeout(f, 1)"],
    [rules.time, "globalThis.setInterval(f, 1)"],
    [rules.time, "const wait = setImmediate"],
    [rules.time, `import { setTimeout as sleep } from "node:timers/promises"`],
    [rules.files, `import fs from "node:fs"`],
    [rules.files, `import { type Stats, readFileSync } from "fs"`],
    [rules.files, `const fs = await import("node:fs/promises")`],
    [rules.sockets, `import * as net from "node:net"`],
    [rules.sockets, "await fetch(url)"],
    [rules.sockets, "const get = options.fetch ?? fetch"],
    [rules.sockets, "const options = { fetch }"],
    [rules.randomness, "const x = Math.random()"],
    [rules.randomness, `import { randomUUID } from "node:crypto"`],
    [rules.randomness, `import crypto from "node:crypto"; crypto.randomUUID()`],
    [rules.processStarts, `import { fork } from "node:child_process"`],
    [rules.processStarts, `import { Worker } from "node:worker_threads"`],
  ]
  test.each(uses.map(([resource, text]) => ({ resource, text })))(
    "a use of $resource.name: $text",
    ({ resource, text }) => {
      expectFaults(rules.onlyOwnersUse(treeOf({ "driver/a.ts": text }), resource, []), ["driver/a.ts: uses"])
      expect(rules.onlyOwnersUse(treeOf({ "driver/a.ts": text }), resource, ["driver/a.ts"])).toEqual([])
    },
  )

  const others: readonly [rules.Resource, string][] = [
    [rules.time, "const t = new Date(0)"],
    [rules.time, "clock.setTimeout(f)"],
    [rules.time, "// Date.now()\nconst s = `Date.now()`"],
    [rules.time, "interface Timers { setTimeout(f: () => void): void }"],
    [rules.time, "const options = { performance: 1 }"],
    [rules.files, `import type { Stats } from "node:fs"`],
    [rules.files, `import { type Stats } from "node:fs"`],
    [rules.sockets, "let get: typeof fetch"],
    [rules.sockets, "const { fetch: get } = options; source.fetch()"],
    [rules.sockets, "class Source { fetch(): void {} }"],
    [rules.randomness, `import { createHash } from "node:crypto"`],
    [rules.processStarts, `import { parentPort } from "node:worker_threads"`],
    [rules.processStarts, "let worker: Worker"],
  ]
  test.each(others.map(([resource, text]) => ({ resource, text })))(
    "no use of $resource.name: $text",
    ({ resource, text }) => {
      expect(rules.onlyOwnersUse(treeOf({ "driver/a.ts": text }), resource, [])).toEqual([])
    },
  )

  test("an owner that no longer uses what it owns", () => {
    const tree = treeOf({ "driver/a.ts": "" })
    expectFaults(rules.onlyOwnersUse(tree, rules.time, ["driver/a.ts", "driver/gone.ts"]), [
      "driver/a.ts",
      "driver/gone.ts",
    ])
  })

  test("a clock in a room that must follow from its arguments", () => {
    const tree = treeOf({ "schedule/a.ts": "Date.now()", "driver/a.ts": "Date.now()" })
    expectFaults(rules.pureRoomsUseNone(tree, [rules.time]), ["schedule/a.ts"])
  })
})

/** A list of sentences reads better in a failure than the difference between two arrays. */
function hold(faults: readonly string[]): void {
  if (faults.length > 0) expect.fail(faults.join("\n"))
}

/** One fault for each beginning, in any order, and no other. */
function expectFaults(faults: readonly string[], beginnings: readonly string[]): void {
  const found = beginnings.filter((beginning) => faults.some((fault) => fault.startsWith(beginning)))
  expect({ found, count: faults.length }, faults.join("\n")).toEqual({ found: beginnings, count: beginnings.length })
}

function treeOf(texts: Readonly<Record<string, string>>): Tree {
  return new Map(Object.entries(texts))
}

function readTree(folder: string): Tree {
  return new Map(
    fs
      .readdirSync(folder, { recursive: true, encoding: "utf8" })
      .filter((file) => /\.[cm]?tsx?$/.test(file))
      .sort()
      // A declaration alone stands for a module that the build makes in another way.
      .map((file) => [
        file.replaceAll(path.sep, "/").replace(/\.d\.ts$/, ".js"),
        fs.readFileSync(path.join(folder, file), "utf8"),
      ]),
  )
}
