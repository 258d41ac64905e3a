/** The command line: what it takes, and what is said when it cannot be understood. */
import path from "node:path"
import { Command as Program, CommanderError, Option } from "commander"
import { refuse } from "../base/errors.ts"
import type { StartOptions } from "../api/running.ts"
import { ownPackage } from "./own-package.ts"
import type { OptionTexts } from "./run-options.ts"
import { startOptionsOf } from "./run-options.ts"
import type { RunFlags } from "./run.ts"

/** What the command line asks for. */
export type Request =
  | { readonly kind: "run"; readonly file: string; readonly options: StartOptions; readonly flags: RunFlags }
  | { readonly kind: "check"; readonly file: string; readonly options: StartOptions; readonly json: boolean }
  | { readonly kind: "new"; readonly folder: string }
  | { readonly kind: "build"; readonly file: string; readonly folder: string }
  /** Help or version, as asked for. */
  | { readonly kind: "tell"; readonly text: string }

/** @throws MR_USAGE, MR_OPTION_INVALID, MR_DURATION_INVALID */
export function parseCommandLine(args: readonly string[]): Request {
  const told: string[] = []
  const requests: Request[] = []
  const program = programOf(told, (request) => requests.push(request))
  if (args.length === 0) throw usage(`Nothing to do.`, `Try: millrace run FILE, or millrace --help.`)
  try {
    program.parse(args, { from: "user" })
  } catch (error) {
    // Thrown once help or version has been told; everything else was made a usage error.
    if (!(error instanceof CommanderError)) throw error
  }
  return requests[0] ?? { kind: "tell", text: told.join("") }
}

function programOf(told: string[], request: (request: Request) => void): Program {
  const program = new Program("millrace")
    .description("Runs discretized-stream jobs: programs whose default export is a job().")
    .version(ownPackage.version, "-V, --version", "print the version")
    .helpOption("-h, --help", "print this help")
    .configureOutput({ writeOut: (text) => told.push(text), writeErr: () => undefined, outputError: () => undefined })
    .exitOverride(usageErrorOf("millrace"))
    .addHelpText("after", EXAMPLES)
  // A text of its own would hide a mistyped command behind the list of all.
  program.helpCommand(false)
  addNew(program, request)
  addRun(program, request)
  addCheck(program, request)
  addBuild(program, request)
  return program
}

function addNew(program: Program, request: (request: Request) => void): void {
  const create = program.command("new").exitOverride(usageErrorOf("millrace new", DIR))
  create
    .description("Make a project that runs and tests itself: a job, a test of it, and all that npm needs.")
    .argument("<DIR>", "a folder that is empty or does not exist yet; the project is named after it")
    .action((folder: string) => request({ kind: "new", folder: pathOf(folder, "millrace new", "DIR") }))
}

function addRun(program: Program, request: (request: Request) => void): void {
  const run = program.command("run").exitOverride(usageErrorOf("millrace run"))
  run
    .description("Run a job until its sources end, or until it is told to stop: by Ctrl-C, SIGTERM, --for or --steps.")
    .argument("<FILE>", "a TypeScript or JavaScript module")
    .option("--engine <name>", "threads (default), or inline: all in one thread, for debugging")
    .option("--workers <n>", "worker threads (default: processors, at most the partitions)")
    .option("--partitions <n>", "in place of the job's partitions")
    .option("--interval <time>", "in place of the interval that the program states, such as 500ms or 2s")
    .addOption(paramOption())
    .option("--for <time>", "stop after this time, such as 10s or 5m")
    .option("--steps <n>", "stop after so many steps")
    .option("--checkpoint <DIR>", "keep the job in this folder, or s3://bucket/prefix, and go on from what is there")
    .option("--checkpoint-every <time>", "how often its past is let go of (default: 10s)")
    .option("--quiet", "show no outputs and no progress, only the summary and errors")
    .option("--json", "write outputs and the summary as lines of JSON")
    .addHelpText("after", ABOUT_RUN)
    .action((file: string, { quiet, json, ...texts }: OptionTexts & Partial<RunFlags>) =>
      request({
        kind: "run",
        file: pathOf(file, "millrace run", "FILE"),
        options: startOptionsOf("millrace run", texts),
        flags: { quiet: quiet === true, json: json === true },
      }),
    )
}

function addCheck(program: Program, request: (request: Request) => void): void {
  const check = program.command("check").exitOverride(usageErrorOf("millrace check"))
  check
    .description("Show a job's plan without running it: operators, stages, shuffles, states, outputs.")
    .argument("<FILE>", "a TypeScript or JavaScript module")
    .option("--partitions <n>", "in place of the job's partitions")
    .option("--interval <time>", "in place of the interval that the program states")
    .addOption(paramOption())
    .option("--json", "write the plan as JSON")
    .action((file: string, { json, ...texts }: OptionTexts & { json?: boolean }) =>
      request({
        kind: "check",
        file: pathOf(file, "millrace check", "FILE"),
        options: startOptionsOf("millrace check", texts),
        json: json === true,
      }),
    )
}

function addBuild(program: Program, request: (request: Request) => void): void {
  const build = program.command("build").exitOverride(usageErrorOf("millrace build"))
  build
    .description(
      "Write what another folder or machine needs to run a job: its files as one module, and a package.json.",
    )
    .argument("<FILE>", "a TypeScript or JavaScript module")
    // Required, but not for the parser, which would say so before it says that another option is mistyped.
    .option("--out <DIR>", "a folder that is empty, does not exist yet or holds an earlier build; required")
    .addHelpText("after", ABOUT_BUILD)
    .action((file: string, { out }: { out?: string }) => {
      const command = "millrace build"
      if (out === undefined) {
        throw usage(`"${command}" needs the option --out DIR, the folder to write.`, `See: ${command} --help`)
      }
      request({ kind: "build", file: pathOf(file, command, "FILE"), folder: pathOf(out, command, "--out DIR") })
    })
}

/** An empty text would be the folder one is in: a variable of the shell's that is not set, most likely. */
function pathOf(text: string, command: string, what: string): string {
  if (text === "") throw usage(`The ${what} of "${command}" is empty.`, `See: ${command} --help`)
  return path.resolve(text)
}

const paramOption = (): Option =>
  new Option(
    "--param <key=value>",
    "a parameter of the job, once for each; a value that is valid JSON is taken as JSON",
  ).argParser((text: string, before: string[] | undefined) => [...(before ?? []), text])

const EXAMPLES = `
Examples:
  millrace run page-views.ts                               on worker threads, until Ctrl-C
  millrace run page-views.ts --for 10s --engine inline     for ten seconds, in one thread
  millrace run page-views.ts --param url=http://host/views --param 'pages=["/","/docs"]'
  millrace run page-views.ts --json | jq .rows             outputs as lines of JSON
  millrace check page-views.ts                             what would run, and what it costs
  millrace new page-views                                  a project to begin with, in the folder page-views
  millrace build page-views.ts --out dist                  what another machine needs to run it

Exit codes: 0 it worked, 1 the job failed or the program is wrong, 2 the command line is wrong.
`

const ABOUT_RUN = `
What print() shows goes to the standard output; progress, warnings, the summary and whatever the program writes with
console.* go to standard error.
Ctrl-C and SIGTERM stop the job: what it has taken in is finished, the summary is shown, and the exit code is 0. A
second one ends it at once, with code 130. When nobody reads the standard output any more, as in
"millrace run FILE | head -1", the job is stopped too, with code 0.

With --checkpoint the job outlives its process: after kill -9 or a power cut the same command goes on where it ended.
Without it a run begins with nothing.

Examples:
  millrace run page-views.ts --for 10s
  millrace run page-views.ts --checkpoint ./state
  millrace run page-views.ts --param limit=3 --param name=abc --param 'id="007"'
  millrace run page-views.ts --json | jq -c 'select(.output == "counts") | .rows'
`

const ABOUT_BUILD = `
DIR gets job.mjs, the program's own files as one module, and package.json, which names the packages that it imports in
the versions that are installed here. In a folder with an earlier build these two are replaced and the rest is left.

Then, in DIR or wherever it is copied to:
  npm install --omit=dev
  npx millrace run job.mjs
`

/** What a command takes besides options, as messages say it. */
const FILE = { name: "FILE", needs: "the FILE of a program", quoted: "An option's value" }
const DIR: typeof FILE = { name: "DIR", needs: "the DIR of a project to make", quoted: "A name" }

/** Makes of what the parser refuses one sentence; lets pass what it says by way of an answer. */
function usageErrorOf(command: string, takes = FILE): (error: CommanderError) => never {
  return (error) => {
    if (error.exitCode === 0) throw error
    const [quoted = ""] = /(?<=')[^' ]*/.exec(error.message) ?? []
    const meant = /\(Did you mean (?:one of )?(.+?)\?\)/.exec(error.message)?.[1]
    const hint = `See: ${command} --help`
    const or = meant === undefined ? "." : `; did you mean "${meant}"?`
    switch (error.code) {
      case "commander.unknownOption":
        throw usage(`"${command}" has no option "${quoted}"${or}`, hint)
      case "commander.unknownCommand":
        throw usage(`There is no command "${quoted}"${or}`, hint)
      case "commander.missingArgument":
        throw usage(`"${command}" needs ${takes.needs}.`, hint)
      case "commander.optionMissingArgument":
        throw usage(`The option "${quoted}" needs a value.`, hint)
      case "commander.excessArguments":
        throw usage(`"${command}" takes one ${takes.name}.`, `${takes.quoted} that has spaces needs quotes. ${hint}`)
      default:
        throw usage(`${error.message.replace(/^error: /, "")}.`, hint)
    }
  }
}

const usage = (problem: string, hint: string): Error => refuse("MR_USAGE", { problem, hint })
