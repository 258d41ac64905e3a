/** The real command as a child process: what it writes, how it ends, and what it leaves behind. */
import type { ChildProcess, SpawnOptions } from "node:child_process"
import { spawn } from "node:child_process"
import fs from "node:fs"
import os from "node:os"
import path from "node:path"
import { onTestFinished } from "vitest"

export const root = path.resolve(import.meta.dirname, "..", "..")
const main = path.join(root, "dist", "cli", "main.js")

export interface Ended {
  /** Null if a signal ended it. */
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

export interface Command {
  readonly child: ChildProcess
  /** Resolves as soon as what was written to a stream matches; rejects if the command ends before that. */
  until(stream: "stdout" | "stderr", pattern: RegExp): Promise<RegExpExecArray>
  readonly ended: Promise<Ended>
}

/** `millrace …`, from the build. */
export function millrace(args: readonly string[], options: SpawnOptions = {}): Command {
  return command(process.execPath, [main, ...args], options)
}

export function command(file: string, args: readonly string[], options: SpawnOptions = {}): Command {
  const env = { ...process.env, ...options.env }
  for (const name of ["NO_COLOR", "FORCE_COLOR", "NODE_OPTIONS"])
    if (options.env?.[name] === undefined) delete env[name]
  const child = spawn(file, args, { cwd: root, stdio: ["ignore", "pipe", "pipe"], ...options, env })
  onTestFinished(() => void child.kill("SIGKILL"))
  const written = { stdout: "", stderr: "" }
  const changed = new Set<() => void>()
  for (const name of ["stdout", "stderr"] as const) {
    child[name]?.setEncoding("utf8").on("data", (text: string) => {
      written[name] += text
      for (const look of changed) look()
    })
  }
  const ended = new Promise<Ended>((resolve, reject) => {
    child.on("error", reject)
    child.on("close", (code) => resolve({ code, ...written }))
  })
  return {
    child,
    ended,
    until: (stream, pattern) =>
      new Promise((resolve, reject) => {
        const look = (): void => {
          const found = pattern.exec(written[stream])
          if (found === null) return
          changed.delete(look)
          resolve(found)
        }
        changed.add(look)
        look()
        void ended.then((end) =>
          reject(new Error(`it ended before ${String(pattern)} came: ${JSON.stringify(end, null, 2)}`)),
        )
      }),
  }
}

/** An empty folder for the length of a test. */
export function scratch(): string {
  const folder = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), "test-")))
  onTestFinished(() => fs.rmSync(folder, { recursive: true, force: true }))
  return folder
}

/** A file in a folder of its own. */
export function fileOf(name: string, text: string): string {
  const file = path.join(scratch(), name)
  fs.writeFileSync(file, text)
  return file
}

/** An empty folder in place of the system's for temporary files, and what is left in it. */
export function temporary(): { readonly env: NodeJS.ProcessEnv; left(): string[] } {
  const folder = scratch()
  return { env: { TMPDIR: folder, TEMP: folder, TMP: folder }, left: () => fs.readdirSync(folder) }
}

/** The processes that a process has started; only Linux tells. */
export function childrenOf(pid: number): number[] {
  const folder = `/proc/${pid}/task`
  if (!fs.existsSync(folder)) return []
  return fs
    .readdirSync(folder)
    .flatMap((thread) => fs.readFileSync(path.join(folder, thread, "children"), "utf8").split(" "))
    .flatMap((text) => (text.trim() === "" ? [] : [Number(text)]))
}

export function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}

/** The lines of `--json`. */
export function jsonLines(stdout: string): Record<string, unknown>[] {
  return stdout
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line) as Record<string, unknown>)
}
