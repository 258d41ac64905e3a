/**
 * Malformed programs, options, URLs and payloads: each is one helpful sentence, and never a stack of ours.
 *
 * Where it matters they go through the real command; the others through `start()`, whose error the command would show
 * in the same words and end with code 1. In an expected sentence `<n>` stands for digits and `<…>` for any text.
 */
import fs from "node:fs"
import { createServer } from "node:http"
import type { Server } from "node:http"
import { once } from "node:events"
import type { AddressInfo } from "node:net"
import os from "node:os"
import path from "node:path"
import { gzipSync } from "node:zlib"
import type { StartOptions } from "millrace"
import { batches, job, MillraceError, start } from "millrace"
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { millrace } from "../end-to-end/command.ts"

const IMPORTS = `import { batches, from, generate, job, start, tail } from "millrace"`
const PLAIN =
  "records are plain data: null, undefined, booleans, numbers, bigints, strings, Dates, Maps, Sets, typed arrays, and arrays and plain objects of these."
const DURATION = `must be a duration of whole milliseconds, at least 10ms, such as "250ms", "1s", "5m" or "2h"`

/** A job of this body; line 2 of its file. */
const jobOf = (body: string, options = `interval: "20ms"`): string =>
  `export default job({ name: "bad"${options === "" ? "" : `, ${options}`} }, ({ readStream }) => { ${body} })`

/** The same with a stream of numbers to work on. */
const numbersTo = (body: string, options?: string): string =>
  jobOf(`const numbers = readStream(generate({ rate: 1000, seed: 1 }, (i) => i)); ${body}`, options)

/** The same with a stream from the test's server. */
const reading = (where: string, options = ""): string =>
  jobOf(`readStream("URL${where}", "20ms"${options === "" ? "" : `, ${options}`}).output("records")`)

const schemaOf = (validate: string): string => `{ "~standard": { version: 1, vendor: "test", validate: ${validate} } }`

/** Files to be read; there before the tests are listed. */
const inputs = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), "test-inputs-")))
let folder: string
let server: Server
let origin: string
/** Where nothing listens. */
let closed: string

beforeAll(async () => {
  folder = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), "test-malformed-")))
  server = createServer(({ url = "" }, response) => {
    const [status, type, body] = answers[url] ?? [404, "text/plain", "not here"]
    response.writeHead(status, type === "" ? {} : { "content-type": type }).end(body)
  })
  origin = await listen(server)
  const gone = createServer()
  closed = await listen(gone)
  gone.close()
})

afterAll(() => {
  server.closeAllConnections()
  server.close()
  for (const made of [folder, inputs]) fs.rmSync(made, { recursive: true, force: true })
})

async function listen(on: Server): Promise<string> {
  on.listen(0, "127.0.0.1")
  await once(on, "listening")
  return `http://127.0.0.1:${(on.address() as AddressInfo).port}`
}

const answers: Readonly<Record<string, readonly [status: number, type: string, body: string | Uint8Array]>> = {
  "/ok": [200, "application/x-ndjson", `{"url":"/"}\n`],
  "/broken": [500, "text/plain", "no"],
  "/html": [200, "text/html; charset=utf-8", "<p>"],
  "/untyped": [200, "", "1\n"],
  "/latin": [200, "application/x-ndjson; charset=iso-8859-1", "1\n"],
  "/object": [200, "application/json", `{"url":"/"}`],
  "/half-array": [200, "application/json", `[1,2`],
  "/half-line": [200, "application/x-ndjson", `{"url":"/"}\n{"url":`],
  "/text": [200, "application/x-ndjson", `hello\n`],
  "/bytes": [200, "application/x-ndjson", Uint8Array.of(0x22, 0xff, 0x22, 0x0a)],
  "/number": [200, "application/x-ndjson", `{"url":7}\n`],
  "/long": [200, "application/x-ndjson", `{"url":"${"x".repeat(50)}"}\n`],
}

/** Writes a program, with the server's URL and port in it. */
function write(name: string, text: string): string {
  const file = path.join(folder, `${name.replaceAll(/[^\w-]+/g, "-")}.ts`)
  fs.writeFileSync(file, `${IMPORTS}\n${text.replaceAll("URL", origin).replaceAll("PORT", new URL(origin).port)}\n`)
  return file
}

function expectSentence(got: string, file: string, expected: string): void {
  const pattern = expected
    .split(/(<n>|<…>)/)
    .map((part) => ({ "<n>": "\\d+", "<…>": ".+" })[part] ?? part.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&"))
    .join("")
  const said = file === "" ? got : got.replaceAll(file, "FILE")
  expect(said.replaceAll(origin, "URL").replaceAll(closed, "CLOSED")).toMatch(new RegExp(`^${pattern}$`))
}

describe("the command line", () => {
  const page = "examples/page-views/page-views.ts"

  test.each<[name: string, args: readonly string[], code: number, sentence: string]>([
    ["nothing", [], 2, "MR_USAGE: Nothing to do. Try: millrace run FILE, or millrace --help."],
    [
      "a mistyped command",
      ["rnu", page],
      2,
      `MR_USAGE: There is no command "rnu"; did you mean "run"? See: millrace --help`,
    ],
    ["an unknown command", ["deploy"], 2, `MR_USAGE: There is no command "deploy". See: millrace --help`],
    [
      "a mistyped option",
      ["run", page, "--worker", "2"],
      2,
      `MR_USAGE: "millrace run" has no option "--worker"; did you mean "--workers"? See: millrace run --help`,
    ],
    [
      "an option of the other command",
      ["check", page, "--steps", "2"],
      2,
      `MR_USAGE: "millrace check" has no option "--steps". See: millrace check --help`,
    ],
    ["no file", ["run"], 2, `MR_USAGE: "millrace run" needs the FILE of a program. See: millrace run --help`],
    [
      "two files",
      ["run", page, page],
      2,
      `MR_USAGE: "millrace run" takes one FILE. An option's value that has spaces needs quotes. See: millrace run --help`,
    ],
    [
      "an option without its value",
      ["run", page, "--for"],
      2,
      `MR_USAGE: The option "--for" needs a value. See: millrace run --help`,
    ],
    ["a time without unit", ["run", page, "--for", "10"], 2, `MR_DURATION_INVALID: --for ${DURATION}; got "10".`],
    [
      "a time too short",
      ["run", page, "--interval", "1ms"],
      2,
      `MR_DURATION_INVALID: --interval ${DURATION}; got "1ms".`,
    ],
    [
      "an unknown engine",
      ["run", page, "--engine", "spark"],
      2,
      `MR_OPTION_INVALID: millrace run: the option "--engine" expects "inline" or "threads", but got "spark".`,
    ],
    [
      "no workers",
      ["run", page, "--workers", "0"],
      2,
      `MR_OPTION_INVALID: millrace run: the option "--workers" expects a whole number from 1 to 256, but got "0".`,
    ],
    [
      "partitions that are no number",
      ["check", page, "--partitions", "many"],
      2,
      `MR_OPTION_INVALID: millrace check: the option "--partitions" expects a whole number from 1 to 1,024, but got "many".`,
    ],
    [
      "a parameter without value",
      ["run", page, "--param", "url"],
      2,
      `MR_USAGE: --param expects key=value, but got "url". For example: --param url=http://localhost:8080/views`,
    ],
    [
      "a parameter given twice",
      ["run", page, "--param", "a=1", "--param", "a=2"],
      2,
      `MR_USAGE: --param a is given twice. Give each parameter once; a list as JSON.`,
    ],
    [
      "a file that is not there",
      ["run", "no-such.ts"],
      1,
      `MR_FILE_MISSING: There is no file <…>no-such.ts; give the path of a program whose default export is a job().`,
    ],
    [
      "a parameter of another type",
      ["check", page, "--param", "url=5"],
      1,
      `MR_PARAMS_INVALID: The parameters of job "page-views" are not valid: url: Invalid type: Expected string but received 5.`,
    ],
    [
      "nothing at the URL",
      ["run", page, "--param", "url=CLOSED/views"],
      1,
      `MR_SOURCE_UNREACHABLE: Nothing answers at CLOSED/views (connection refused); start the server or correct the URL.`,
    ],
  ])("%s", async (_, args, code, sentence) => {
    const given = args.map((arg) => arg.replace("CLOSED", closed))
    const ended = await millrace(code === 1 && args[0] === "run" ? [...given, "--quiet"] : given).ended
    expect(ended).toMatchObject({ code, stdout: "" })
    expectSentence(ended.stderr, "", `millrace: ${sentence}\n`)
  })
})

describe("a folder that a command writes", () => {
  const page = path.resolve("examples/page-views/page-views.ts")
  const empty = "give a folder that is empty or does not exist yet."
  const emptyOut = "give --out a folder that is empty or does not exist yet."
  const nameless = "of which npm makes names; give a folder that has one, and rename it afterwards."

  /** What lies where the command runs. */
  const lying: Readonly<Record<string, string>> = {
    "file.txt": "mine",
    "full/notes.txt": "mine",
    "full/more.txt": "mine",
    "project/package.json": `{"name":"mine"}`,
    "broken/package.json": `{"builtByMillrace":`,
    "list/package.json": `["builtByMillrace"]`,
    "built/package.json": `{"builtByMillrace":{}}`,
    "built/job.mjs": "mine",
    "blocked/package.json": `{"builtByMillrace":{}}`,
    "blocked/job.mjs/deep.txt": "mine",
    "file.js": "export {}",
    "own-name.ts": `import { batches, job } from "millrace"\nimport "#dep"\n${jobOf(`readStream(batches([[1]])).print()`)}`,
    "package.json": `{"imports":{"#dep":"dep"}}`,
    "node_modules/dep/index.js": "",
  }

  const cases: readonly [name: string, args: readonly string[], code: number, sentence: string][] = [
    [
      "no folder for a project",
      ["new"],
      2,
      `MR_USAGE: "millrace new" needs the DIR of a project to make. See: millrace new --help`,
    ],
    [
      "two folders for a project",
      ["new", "page", "views"],
      2,
      `MR_USAGE: "millrace new" takes one DIR. A name that has spaces needs quotes. See: millrace new --help`,
    ],
    ["no name", ["new", ""], 2, `MR_USAGE: The DIR of "millrace new" is empty. See: millrace new --help`],
    [
      "an option that new does not have",
      ["new", "page", "--force"],
      2,
      `MR_USAGE: "millrace new" has no option "--force". See: millrace new --help`,
    ],
    [
      "a project where something is",
      ["new", "full"],
      1,
      `MR_FOLDER_TAKEN: HERE/full is not empty (it has more.txt and more), and nothing was changed; ${empty}`,
    ],
    [
      "a project in a project",
      ["new", "project"],
      1,
      `MR_FOLDER_TAKEN: HERE/project is not empty (it has package.json), and nothing was changed; ${empty}`,
    ],
    [
      "a project here",
      ["new", "."],
      1,
      `MR_FOLDER_TAKEN: HERE is not empty (it has blocked and more), and nothing was changed; ${empty}`,
    ],
    [
      "a project that is a file",
      ["new", "file.txt"],
      1,
      `MR_FOLDER_TAKEN: HERE/file.txt is a file, and nothing was changed; give a folder, or a name that is not taken.`,
    ],
    [
      "a project below a file",
      ["new", "file.txt/page"],
      1,
      `MR_FOLDER_NOT_WRITTEN: HERE/file.txt/page cannot be written (something on its path is a file); give another folder, or put that right.`,
    ],
    [
      "a project where nobody may write",
      ["new", "LOCKED/page"],
      1,
      `MR_FOLDER_NOT_WRITTEN: LOCKED/page cannot be written (<…>); give another folder, or put that right.`,
    ],
    [
      "a project of a name too long",
      ["new", "x".repeat(300)],
      1,
      `MR_FOLDER_NOT_WRITTEN: HERE/<…> cannot be written (its name is too long); give another folder, or put that right.`,
    ],
    [
      "a name that npm has no letters for",
      ["new", "統計"],
      1,
      `MR_NAME_UNUSABLE: A project's package is named after its folder, but "統計" has no letter from a to z and no digit, ${nameless}`,
    ],
    [
      "no program to build",
      ["build"],
      2,
      `MR_USAGE: "millrace build" needs the FILE of a program. See: millrace build --help`,
    ],
    [
      "nowhere to build it",
      ["build", page],
      2,
      `MR_USAGE: "millrace build" needs the option --out DIR, the folder to write. See: millrace build --help`,
    ],
    [
      "--out without its folder",
      ["build", page, "--out"],
      2,
      `MR_USAGE: The option "--out" needs a value. See: millrace build --help`,
    ],
    [
      "--out of nothing",
      ["build", page, "--out", ""],
      2,
      `MR_USAGE: The --out DIR of "millrace build" is empty. See: millrace build --help`,
    ],
    [
      "a program of no name",
      ["build", "", "--out", "x"],
      2,
      `MR_USAGE: The FILE of "millrace build" is empty. See: millrace build --help`,
    ],
    [
      "two programs to build",
      ["build", page, page, "--out", "new"],
      2,
      `MR_USAGE: "millrace build" takes one FILE. An option's value that has spaces needs quotes. See: millrace build --help`,
    ],
    [
      "an option of run",
      ["build", page, "--out", "new", "--steps", "2"],
      2,
      `MR_USAGE: "millrace build" has no option "--steps". See: millrace build --help`,
    ],
    [
      "a mistyped --out",
      ["build", page, "--outt", "new"],
      2,
      `MR_USAGE: "millrace build" has no option "--outt"; did you mean "--out"? See: millrace build --help`,
    ],
    [
      "a build where something else is",
      ["build", page, "--out", "full"],
      1,
      `MR_FOLDER_TAKEN: HERE/full is not empty (it has more.txt and more) and holds no earlier build, and nothing was changed; ${emptyOut}`,
    ],
    ...["project", "broken", "list"].map((name): (typeof cases)[number] => [
      `a build where the ${name} is`,
      ["build", page, "--out", name],
      1,
      `MR_FOLDER_TAKEN: HERE/${name} is not empty (it has package.json) and holds no earlier build, and nothing was changed; ${emptyOut}`,
    ]),
    [
      "a build into a file",
      ["build", page, "--out", "file.txt"],
      1,
      `MR_FOLDER_TAKEN: HERE/file.txt is a file, and nothing was changed; give a folder, or a name that is not taken.`,
    ],
    [
      "a build where nobody may write",
      ["build", page, "--out", "LOCKED/built"],
      1,
      `MR_FOLDER_NOT_WRITTEN: LOCKED/built cannot be written (<…>); give another folder, or put that right.`,
    ],
    [
      "a build where a folder has the name of one of its files",
      ["build", page, "--out", "blocked"],
      1,
      `MR_FOLDER_NOT_WRITTEN: HERE/blocked cannot be written (a folder has the name of one of its files); give another folder, or put that right.`,
    ],
    [
      "a build of a package by a name of the program's own",
      ["build", "own-name.ts", "--out", "new"],
      1,
      `MR_NOT_DEPLOYABLE: HERE/own-name.ts cannot be built for another folder: HERE/own-name.ts:2:8: "#dep" leads to the package "dep", so import that by its own name.`,
    ],
    [
      "a build of a build",
      ["build", "built/job.mjs", "--out", "new"],
      1,
      `MR_NOT_DEPLOYABLE: HERE/built/job.mjs cannot be built for another folder: it is a build already, so copy the folder that it lies in.`,
    ],
    [
      "a build of nothing",
      ["build", "gone.ts", "--out", "new"],
      1,
      `MR_FILE_MISSING: There is no file HERE/gone.ts; give the path of a program whose default export is a job().`,
    ],
    [
      "a build of a folder",
      ["build", "full", "--out", "new"],
      1,
      `MR_FILE_MISSING: There is no file HERE/full; give the path of a program whose default export is a job().`,
    ],
    [
      "a build of what is no job",
      ["build", "file.js", "--out", "new"],
      1,
      `MR_NO_DEFAULT_EXPORT: HERE/file.js must have a job as its default export, export default job({ name }, …); it exports none.`,
    ],
  ]

  /** A folder in which this process may not write. For the superuser that is one of the system's own. */
  const locked = process.getuid?.() === 0 ? "/sys" : "locked"
  let here: string

  beforeAll(() => {
    here = path.join(folder, "here")
    for (const [name, text] of Object.entries(lying)) {
      fs.mkdirSync(path.dirname(path.join(here, name)), { recursive: true })
      fs.writeFileSync(path.join(here, name), text)
    }
    fs.mkdirSync(path.join(here, "locked"), { mode: 0o555 })
  })

  test.each(cases)("%s", async (_, args, code, sentence) => {
    const before = fs.readdirSync(here, { recursive: true })
    const given = args.map((arg) => arg.replace("LOCKED", locked))
    const ended = await millrace(given, { cwd: here }).ended
    expect(ended).toMatchObject({ code, stdout: "" })
    const expected = sentence.replaceAll("LOCKED", path.resolve(here, locked)).replaceAll("HERE", here)
    expectSentence(ended.stderr, "", `millrace: ${expected}\n`)
    expect(fs.readdirSync(here, { recursive: true })).toEqual(before)
    expect(fs.readFileSync(path.join(here, "blocked/package.json"), "utf8")).toBe(lying["blocked/package.json"])
  })
})

describe("a program, through the command", () => {
  const programs: readonly [name: string, program: string, sentence: string][] = [
    [
      "does not compile",
      `export default job({ name: "x" }, ({ readStream }) => {\n  const a = (\n})`,
      `MR_FILE_NOT_COMPILED: FILE does not compile: FILE:4:1: Unexpected "}".`,
    ],
    [
      "throws while it is loaded",
      `const settings = null\nsettings.url`,
      `MR_MODULE_FAILED: Loading FILE failed at FILE:3:10: Cannot read properties of null (reading 'url')\n    at FILE:3:10`,
    ],
    [
      "opens a server and a timer while it is loaded",
      `import { createServer } from "node:http"\ncreateServer().listen(0)\nsetInterval(() => undefined, 1000)\n${numbersTo(`numbers.print()`)}`,
      `MR_MODULE_OPENS: Loading the job's module opened a server, a timer, but a job module only declares and is loaded by every worker; open it in job({ setup }), which runs once on the driver.`,
    ],
    [
      "calls what a stream does not have",
      numbersTo(`numbers.reduceRight((a, b) => a + b).print()`),
      `MR_BUILDER_FAILED: The builder of job "bad" failed at FILE:2:<n>: numbers.reduceRight is not a function\n    at <…>FILE:2:<n>)`,
    ],
    [
      "listens in setup on a port that is taken",
      `import { createServer } from "node:http"\nimport { once } from "node:events"\n${numbersTo(`numbers.print()`, `interval: "20ms", setup: () => once(createServer().listen(PORT, "127.0.0.1"), "listening")`)}`,
      `MR_SETUP_FAILED: The job's setup failed: listen EADDRINUSE: address already in use 127.0.0.1:<n><…>`,
    ],
    [
      "declares another graph each time it is loaded",
      numbersTo(`numbers.map((n) => n, { name: String(process.hrtime.bigint()) }).print()`),
      `MR_PROGRAM_DIFFERS: The driver and a worker built different graphs, first at node 1: the driver has transform <n> <…>, the worker transform <n> <…>; a builder must not depend on time, randomness, environment or machine (use params).`,
    ],
    [
      "reads a URL that does not exist",
      reading("/missing"),
      `MR_SOURCE_STATUS: URL/missing answered 404 Not Found, but 200 was expected; check the URL's path and the server's access rules.`,
    ],
    [
      "gets a record that is not JSON",
      reading("/text"),
      `MR_INVALID_RECORD: The source "readStream-0" got an invalid record: it is not JSON (<…>); the record was "hello". Use onInvalid: "skip" or "collect" to go on without such records.`,
    ],
    [
      "ends its worker",
      numbersTo(`numbers.map(() => process.exit(4)).print()`),
      `MR_TASK_ATTEMPTS: The task "map-1" of step <n>, partition <n>, ended <n> workers in a row: it exited with code 4. Look for process.exit(), memory without bound or native code in the program's functions.`,
    ],
  ]

  test.each(programs)("%s", async (name, program, sentence) => {
    const file = write(`command-${name}`, program)
    const { code, stderr } = await millrace(["run", file, "--quiet", "--workers", "1"]).ended
    expect(code).toBe(1)
    expectSentence(stderr.replaceAll("\n", "⏎"), file, `millrace: ${sentence}\n`.replaceAll("\n", "⏎"))
  })
})

type Case = readonly [name: string, program: string, sentence: string, options?: StartOptions]

const declarations: readonly Case[] = [
  [
    "no default export",
    `export const page = 1`,
    `MR_NO_DEFAULT_EXPORT: FILE must have a job as its default export, export default job({ name }, …); it exports page.`,
  ],
  [
    "a default export that is no job",
    `export default { name: "bad" }`,
    `MR_NO_DEFAULT_EXPORT: FILE must have a job as its default export, export default job({ name }, …); it exports a default that is no job.`,
  ],
  [
    "an import that is not there",
    `import "./gone.ts"\n${numbersTo(`numbers.output("all")`)}`,
    `MR_FILE_NOT_COMPILED: FILE does not compile: FILE:2:8: Could not resolve "./gone.ts".`,
  ],
  [
    "start() inside a job module",
    `${numbersTo(`numbers.output("all")`)}\nawait start("other.ts")`,
    `MR_START_INSIDE_JOB: start() was called in a module that is being loaded as a job; keep the job and the call of start() in two files.`,
  ],
  [
    "no interval",
    numbersTo(`numbers.output("all")`, ""),
    `MR_INTERVAL_MISSING: The job "bad" has no interval: give one at a source, readStream(url, "1s"), or for the job, job({ interval: "1s" }).`,
  ],
  [
    "two intervals",
    jobOf(`readStream(batches([]), "1s").output("a"); readStream(batches([]), "2s").output("b")`, ""),
    `MR_INTERVAL_DIFFERS: A job has one interval, but FILE:2:<n> says "1s" and FILE:2:<n> says "2s"; use the same at both, or two jobs.`,
  ],
  ...["0s", "5", "-1s", "1.5ms", "5ms", "1 s", "1d"].map((interval): Case => [
    `the interval ${interval}`,
    numbersTo(`numbers.output("all")`, `interval: "${interval}"`),
    `MR_DURATION_INVALID: job(): the option "interval" ${DURATION}; got "${interval}".`,
  ]),
  [
    "no output",
    numbersTo(`numbers.map((n) => n)`),
    `MR_NO_OUTPUT: The job "bad" has no output: end a stream with print(), save(), foreachRDD() or output().`,
  ],
  [
    "an async function",
    numbersTo(`numbers.map(async (n) => n).output("all")`),
    `MR_ASYNC_OPERATOR: The function of map() at FILE:2:<n> is asynchronous, but an operator must be synchronous and pure; do such work in foreachRDD() or before the records reach the stream.`,
  ],
  [
    "something that is no function",
    numbersTo(`numbers.map("url").output("all")`),
    `MR_FUNCTION_EXPECTED: map() expects a function as its first argument, but got "url" (FILE:2:<n>).`,
  ],
  [
    "a job without builder",
    `export default job({ name: "bad" })`,
    `MR_FUNCTION_EXPECTED: job() expects a function as its second argument, but got undefined (FILE:2:16).`,
  ],
  [
    "an async builder",
    `export default job({ name: "bad", interval: "1s" }, async ({ readStream }) => readStream(batches([])).output("all"))`,
    `MR_BUILDER_ASYNC: The builder of job "bad" is asynchronous, but it must declare the same graph everywhere, at once; open what must be opened in job({ setup }).`,
  ],
  [
    "two outputs of one name",
    numbersTo(`numbers.output("a"); numbers.output("a")`),
    `MR_NAME_TAKEN: Two outputs are named "a" (the second at FILE:2:<n>); give each its own name.`,
  ],
  [
    "two states of one name",
    numbersTo(
      `const add = (a, b) => a + b; for (let i = 0; i < 2; i++) numbers.map((n) => [n, n]).runningReduce(add, { name: "a" }).output("o" + i)`,
    ),
    `MR_NAME_TAKEN: Two states are named "a" (the second at FILE:2:<n>); give each its own name.`,
  ],
  [
    "a live iterable",
    jobOf(`readStream((async function* () { yield 1 })()).output("all")`),
    `MR_SOURCE_LIVE: readStream() got an AsyncGenerator, which is already open; a job module only declares, so hand over a function that opens it: readStream(from(() => …)).`,
  ],
  [
    "a promise as a source",
    jobOf(`readStream(Promise.resolve([1])).output("all")`),
    `MR_SOURCE_LIVE: readStream() got a Promise, which is already open; a job module only declares, so hand over a function that opens it: readStream(from(() => …)).`,
  ],
  ...["ftp://host/views", "localhost:8080/views", "views"].map((url): Case => [
    `the URL ${url}`,
    jobOf(`readStream("${url}").output("all")`),
    `MR_SOURCE_UNKNOWN: readStream() expects an http://, https://, ws:// or wss:// URL, the path of a file or folder such as "./history", listen(…), tail(…), generate(…), batches(…), from(() => iterable), or a list of these, but got "${url}".`,
  ]),
  [
    "a mistyped option of a verb",
    jobOf(`readStream("URL/ok", { onInvlid: "skip" }).output("all")`),
    `MR_OPTION_UNKNOWN: readStream() has no option "onInvlid"; did you mean "onInvalid"? It takes: name, schema, onInvalid, time, slack, idleAfter, ahead, maxRecordBytes, maxBytesPerStep.`,
  ],
  [
    "an option's value out of range",
    numbersTo(`numbers.print({ rows: 0 })`),
    `MR_OPTION_INVALID: print(): the option "rows" expects a whole number from 1 to 10,000, but got 0.`,
  ],
  [
    "something that is no schema",
    reading("/ok", `{ schema: {} }`),
    `MR_OPTION_INVALID: readStream(): the option "schema" expects a Standard Schema (valibot, zod, arktype, …), but got {}.`,
  ],
  [
    "a verb of states on a plain stream",
    numbersTo(`numbers.changes().output("all")`),
    `MR_NOT_A_STATE: changes() belongs to a state, such as runningReduce() gives, but "readStream-0" keeps none.`,
  ],
  [
    "invalid() of a source that collects none",
    numbersTo(`numbers.invalid().output("all")`),
    `MR_INVALID_NOT_COLLECTED: invalid() of source "readStream-0" needs the option onInvalid: "collect" at its readStream().`,
  ],
  [
    "an engine that does not exist",
    numbersTo(`numbers.output("all")`),
    `MR_OPTION_INVALID: start(): the option "engine" expects "inline" or "threads", but got "spark".`,
    { engine: "spark" as never },
  ],
  [
    "no partitions",
    numbersTo(`numbers.output("all")`),
    `MR_OPTION_INVALID: start(): the option "partitions" expects a whole number from 1 to 1,024, but got 0.`,
    { partitions: 0 },
  ],
  [
    "no workers",
    numbersTo(`numbers.output("all")`),
    `MR_OPTION_INVALID: start(): the option "workers" expects a whole number from 1 to 256, but got 0.`,
    { workers: 0 },
  ],
  [
    "parameters that are not declared",
    numbersTo(`numbers.output("all")`),
    `MR_PARAMS_UNDECLARED: The job "bad" declares no parameters, but got url, n; declare them with job({ params: schema }).`,
    { params: { url: "x", n: 1 } },
  ],
  [
    "a parameter that is missing",
    numbersTo(
      `numbers.output("all")`,
      `interval: "1s", params: ${schemaOf(`(p) => p.url === undefined ? { issues: [{ message: "a URL is needed", path: ["url"] }] } : { value: p }`)}`,
    ),
    `MR_PARAMS_INVALID: The parameters of job "bad" are not valid: url: a URL is needed.`,
  ],
]

const failures: readonly Case[] = [
  [
    "a function that gives a promise",
    numbersTo(`numbers.map((n) => Promise.resolve(n)).output("all")`),
    `MR_ASYNC_OPERATOR: The function of map() at FILE:2:<n> is asynchronous, but an operator must be synchronous and pure; do such work in foreachRDD() or before the records reach the stream.`,
  ],
  [
    "records that are no pairs",
    numbersTo(`numbers.reduceByKey((a, b) => a + b).output("all")`),
    `MR_NOT_PAIR: reduceByKey() "reduceByKey-1" at FILE:2:<n> needs [key, value] pairs, but got 0; use keyBy() or map to a pair first.`,
  ],
  [
    "flatMap() that gives a number",
    numbersTo(`numbers.flatMap((n) => n).output("all")`),
    `MR_NOT_ITERABLE: The function of flatMap() "flatMap-1" at FILE:2:<n> must give an array or another iterable of records, but gave 0.`,
  ],
  [
    "an instance of a class",
    `class Page {}\n${numbersTo(`numbers.map(() => ({ page: new Page() })).output("all")`)}`,
    `MR_VALUE_REFUSED: A record of map() "map-1" at FILE:<n>:<n> holds an instance of class Page at .page, but ${PLAIN}`,
  ],
  [
    "a function in a record",
    numbersTo(`numbers.map((n) => ({ n, again: () => n })).output("all")`),
    `MR_VALUE_REFUSED: A record of map() "map-1" at FILE:<n>:<n> holds a function (again) at .again, but ${PLAIN}`,
  ],
  [
    "a record that holds itself",
    numbersTo(`numbers.map((n) => { const a = { n }; a.a = a; return a }).output("all")`),
    `MR_VALUE_REFUSED: A record of map() "map-1" at FILE:<n>:<n> holds more than 100 levels of nesting, or a cycle, at .a.a<…>, but ${PLAIN}`,
  ],
  [
    "a record that is changed",
    numbersTo(`numbers.map((n) => [n]).map((list) => (list.push(1), list)).output("all")`),
    `MR_USER_FUNCTION: map() "map-2" at FILE:2:<n> threw in step <n>, partition <n>: Cannot add property 1, object is not extensible; the record was [ 0 ].`,
  ],
  [
    "a verb after the builder has returned",
    `let kept\n${numbersTo(`kept = numbers; numbers.foreachRDD(() => kept.map((n) => n), { name: "late", attempts: 1 })`)}`,
    `MR_OUTPUT_FAILED: The output "late" failed 1 times for step <n>: MR_GRAPH_SEALED: map() was called after the job's builder returned; a job's graph is fixed then, so call every verb inside job(…, (streams) => { … }).`,
  ],
  [
    "a setup that throws",
    numbersTo(`numbers.output("all")`, `interval: "20ms", setup: () => { throw new Error("no database") }`),
    `MR_SETUP_FAILED: The job's setup failed: no database`,
  ],
  [
    "a source whose function throws",
    jobOf(`readStream(from(() => { throw new Error("no cursor") })).output("all")`),
    `MR_SOURCE_FAILED: The source "readStream-0" failed: no cursor`,
  ],
  [
    "a server's error",
    reading("/broken"),
    `MR_SOURCE_STATUS: URL/broken answered 500 Internal Server Error, but 200 was expected; look at the server's log.`,
  ],
  [
    "a web page",
    reading("/html"),
    `MR_SOURCE_CONTENT_TYPE: URL/html sends "text/html; charset=utf-8", but readStream() reads application/x-ndjson, text/event-stream, application/json.`,
  ],
  [
    "no content type",
    reading("/untyped"),
    `MR_SOURCE_CONTENT_TYPE: URL/untyped sends no content type, but readStream() reads application/x-ndjson, text/event-stream, application/json.`,
  ],
  [
    "another character set",
    reading("/latin"),
    `MR_SOURCE_CONTENT_TYPE: URL/latin sends "application/x-ndjson; charset=iso-8859-1", but readStream() reads application/x-ndjson in UTF-8, text/event-stream in UTF-8, application/json in UTF-8.`,
  ],
  [
    "an object in place of an array",
    reading("/object"),
    `MR_SOURCE_BODY: The answer of URL/object cannot be used: it begins with "{\\"url\\":\\"/\\"}", but a JSON array of records was expected.`,
  ],
  [
    "a folder that is not there",
    jobOf(`readStream("./none", "20ms").output("records")`),
    `MR_SOURCE_PATH: ./none cannot be read: there is no such file or folder; make it, or correct the path, which starts at ${process.cwd()}.`,
  ],
  [
    "a folder to be followed",
    jobOf(`readStream(tail("."), "20ms").output("records")`),
    `MR_SOURCE_PATH: . cannot be read: it is a folder; correct the path.`,
  ],
  [
    "half an array",
    reading("/half-array"),
    `MR_INVALID_RECORD: The source "readStream-0" got an invalid record: it is not JSON (<…>); the record was "[1,2". Use onInvalid: "skip" or "collect" to go on without such records.`,
  ],
  [
    "half a line",
    reading("/half-line"),
    `MR_INVALID_RECORD: The source "readStream-0" got an invalid record: it is not JSON (<…>); the record was "{\\"url\\":". Use onInvalid: "skip" or "collect" to go on without such records.`,
  ],
  [
    "bytes that are not UTF-8",
    reading("/bytes"),
    `MR_INVALID_RECORD: The source "readStream-0" got an invalid record: it is not UTF-8; the record was "\\"\uFFFD\\"". Use onInvalid: "skip" or "collect" to go on without such records.`,
  ],
  [
    "a record that is too long",
    reading("/long", `{ maxRecordBytes: 50 }`),
    `MR_INVALID_RECORD: The source "readStream-0" got an invalid record: it has more than 50 bytes; the record was "<…>". Use onInvalid: "skip" or "collect" to go on without such records.`,
  ],
  [
    "a record that does not match its schema",
    reading(
      "/number",
      `{ schema: ${schemaOf(`() => ({ issues: [{ message: "expected a text", path: ["url"] }] })`)} }`,
    ),
    `MR_INVALID_RECORD: The source "readStream-0" got an invalid record: url: expected a text; the record was "{\\"url\\":7}". Use onInvalid: "skip" or "collect" to go on without such records.`,
  ],
  ...filesThatFail(),
  [
    "a schema that throws",
    reading("/ok", `{ schema: ${schemaOf(`(record) => record.user.name`)} }`),
    `MR_INVALID_RECORD: The source "readStream-0" got an invalid record: its schema threw: Cannot read properties of undefined (reading 'name'); the record was "{\\"url\\":\\"/\\"}". Use onInvalid: "skip" or "collect" to go on without such records.`,
  ],
  [
    "an asynchronous schema",
    reading("/ok", `{ schema: ${schemaOf(`async (value) => ({ value })`)} }`),
    `MR_SCHEMA_ASYNC: The schema of source "readStream-0" validates asynchronously, but records are checked inside a step; use a synchronous schema.`,
  ],
]

/** Each a file that is read under `readStream`, or another verb that its case names. */
function filesThatFail(): Case[] {
  const invalid = (why: string, text: string): string =>
    `MR_INVALID_RECORD: The source "<…>" got an invalid record: ${why}; the record was ${text}. Use onInvalid: "skip" or "collect" to go on without such records.`
  const cases: [name: string, content: string | Uint8Array, sentence: string, verb?: string][] = [
    ["half a line.ndjson", '{"a":1}\n{"a":', invalid("it is not JSON (<…>)", '"{\\"a\\":"')],
    ["bytes.ndjson", Buffer.from([0x22, 0xff, 0x22]), invalid("it is not UTF-8", '"\\"\ufffd\\""')],
    ["bytes.txt", Buffer.from([0x61, 0xff]), invalid("it is not UTF-8", '"a\ufffd"'), "readText"],
    ["garbage.ndjson", gzipSync("1\n"), invalid("it is not UTF-8", '"<…>"')],
    [
      "long.ndjson",
      `"${"x".repeat(2 ** 20)}"`,
      invalid("it has more than 1048576 bytes (in the file <…>long.ndjson)", "<…>"),
    ],
    ["half.json", '[1,{"a":', invalid("the file ends inside of its array (in the file <…>half.json)", '"{\\"a\\":"')],
    ["object.json", "{\n  a: 1\n}", invalid("it is not JSON (<…>)", "<…>")],
    ["cells.csv", "a,b\n1\n", invalid("it has not as many cells as there are columns (1, not 2)", '"1"')],
    ["quote.csv", 'a,b\n1,"2\n3,4\n', invalid("a quote is not closed", '"1,\\"2\\n3,4"')],
    [
      "columns.csv",
      "a,a\n1,2\n",
      invalid(
        `the file's first row cannot name its columns, so none is read: two columns are named "a" (in the file <…>columns.csv)`,
        '"a,a\\n"',
      ),
    ],
    [
      "none.csv.gz",
      "a\n1\n",
      invalid(
        "the file <…>none.csv.gz cannot be read to its end (its gzip is broken: incorrect header check)",
        '"<…>"',
      ),
    ],
    [
      "large.bin",
      Buffer.alloc(2 ** 20 + 1),
      invalid("it has more than 1048576 bytes (in the file <…>large.bin)", "<…>"),
      "readBytes",
    ],
    [
      "text.txt",
      "a\n",
      "MR_SOURCE_PATH: <…>text.txt cannot be read: its name says that it holds lines of text; use readText().",
    ],
    [
      "table.parquet",
      "",
      "MR_SOURCE_PATH: <…>table.parquet cannot be read: its name does not tell what it holds; readStream() reads .ndjson, .jsonl, .json, .csv, also with .gz behind, and readText() the lines of any file.",
    ],
  ]
  return cases.map(([name, content, sentence, verb = "readStream"]) => {
    const file = path.join(inputs, name)
    fs.writeFileSync(file, content)
    const program = `export default job({ name: "bad", interval: "20ms" }, ({ ${verb} }) => { ${verb}(${JSON.stringify(file)}).output("records") })`
    return [`the file ${name}`, program, sentence]
  })
}

describe("a program is refused:", () => expectEach(declarations))
describe("a job is stopped:", () => expectEach(failures))

function expectEach(cases: readonly Case[]): void {
  for (const [name, program, sentence, options] of cases) {
    test(name, async () => {
      const file = write(name, program)
      const error = await errorOf(file, options)
      expect(error).toBeInstanceOf(MillraceError)
      expectSentence(error.message, file, sentence)
    })
  }
}

test("an output that the job does not have", async () => {
  const file = write("unknown output", numbersTo(`numbers.output("counts")`))
  const running = await start(file, { engine: "inline" })
  expect(() => running.output("count")).toThrow(
    /^MR_OUTPUT_UNKNOWN: The job has no output named "count"; its named outputs: counts\.$/,
  )
  await running.stop()
})

test("a job object on worker threads", async () => {
  const object = job({ name: "bad", interval: "1s" }, ({ readStream }) => readStream(batches([])).print())
  await expect(start(object, { engine: "threads" })).rejects.toThrow(
    /^MR_JOB_NEEDS_FILE: A job object runs only on engine "inline", but engine "threads" was asked for; pass the job's file, start\(new URL\("\.\/job\.ts", import\.meta\.url\)\)\.$/,
  )
})

/** What start() rejects with, or else what the run ends with. */
async function errorOf(file: string, options: StartOptions | undefined): Promise<Error> {
  try {
    const running = await start(file, { engine: "inline", ...options })
    await running.done
  } catch (error) {
    return error as Error
  }
  throw new Error("nothing went wrong")
}
