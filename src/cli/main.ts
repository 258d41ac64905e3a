#!/usr/bin/env node
/**
 * The command `millrace`. What went wrong is one sentence on standard error.
 *
 * Exit codes: 0 it worked, also if it was told to stop; 1 the job failed or the program is wrong; 2 the command line is
 * wrong; 130 it was told to stop twice.
 */
import { Console } from "node:console"
import { Writable } from "node:stream"
import { isThrownHere } from "../base/call-site.ts"
import { messageOf, refuse } from "../base/errors.ts"
import { build } from "./build.ts"
import { check } from "./check.ts"
import type { Request } from "./command-line.ts"
import { parseCommandLine } from "./command-line.ts"
import { newProject } from "./new.ts"
import { errorText } from "./report-error.ts"
import { run } from "./run.ts"
import { Screen } from "./screen.ts"

const screen = new Screen(process.stdout, process.stderr, process.env)
let explain = (error: unknown): unknown => error

/** The exit code. */
async function main(args: readonly string[]): Promise<number> {
  try {
    const request = parseCommandLine(args)
    return await carryOut(request)
  } catch (error) {
    screen.line(errorText(error))
    return 2
  }
}

async function carryOut(request: Request): Promise<number> {
  try {
    await act(request)
    return 0
  } catch (error) {
    screen.line(errorText(error))
    return 1
  }
}

async function act(request: Request): Promise<void> {
  switch (request.kind) {
    case "tell":
      return void (await screen.print(request.text))
    case "new":
      return newProject(request.folder, screen)
    case "check":
      return check(request.file, request.options, request.json, screen)
    case "build":
      return build(request.file, request.folder, screen)
    case "run":
      return run(request.file, request.options, request.flags, { screen, leave, explain: (how) => (explain = how) })
  }
}

/** Ends the process even if the program left something open. */
function leave(code: number): void {
  process.exitCode = code
  process.exit()
}

/** What the program writes with console.* is for people: it must not get between the data. */
function divertConsole(): void {
  const lines = new Writable({
    decodeStrings: false,
    write(text: string, _encoding, done) {
      screen.line(text.replace(/\n$/, ""))
      done()
    },
  })
  globalThis.console = new Console({ stdout: lines, stderr: lines, colorMode: false })
}

/** Something of the program's that nobody waits for: a timer, an event, a promise. Nothing can be relied on any more. */
function endUncaught(error: unknown): void {
  const known = explain(error)
  const isOurs = known instanceof Error && isThrownHere(known.stack ?? "")
  screen.line(errorText(isOurs ? known : refuse("MR_UNCAUGHT", { message: messageOf(known) }, known)))
  leave(1)
}

divertConsole()
process.on("uncaughtException", endUncaught)
void main(process.argv.slice(2)).then(async (code) => {
  await screen.flush()
  leave(code)
})
