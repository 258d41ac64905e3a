/**
 * `node page-views.js` declares a job and does nothing, which looks like a program that does not work. Such a process
 * says, as it ends, how the job is run.
 */
import type { SourcePosition } from "../base/call-site.ts"

/** Jobs that the process's own file has declared and that were not started yet. */
const unstarted = new Set<object>()

/** A job was declared at this place. */
export function expectStart(job: object, at: SourcePosition | undefined): void {
  const file = process.argv[1]
  if (at === undefined || file === undefined || at.file !== file) return
  if (unstarted.size === 0) process.once("exit", () => tellHowToStart(file))
  unstarted.add(job)
}

/** Somebody means to start it, whether that succeeds or not. */
export function jobStarted(job: object): void {
  unstarted.delete(job)
}

function tellHowToStart(file: string): void {
  if (unstarted.size > 0) process.stderr.write(`This file only declares a job. Run it with: millrace run ${file}\n`)
}
