/**
 * `node page-views.js` declares a job and does nothing, which looks like a program that does not work. Such a process
 * says, as it ends, how the job is run.
 */
import type { SourcePosition } from "../base/call-site.ts"

const started = new WeakSet<object>()
let told = false

/** A job was declared at this place. */
export function expectStart(job: object, at: SourcePosition | undefined): void {
  if (at === undefined || at.file !== process.argv[1]) return
  process.once("exit", () => {
    if (started.has(job) || told) return
    told = true
    process.stderr.write(`This file only declares a job. Run it with: millrace run ${at.file}\n`)
  })
}

export function jobStarted(job: object): void {
  started.add(job)
}
