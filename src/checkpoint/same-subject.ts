/** Whether a checkpoint is of what is to run. */
import { isDeepStrictEqual } from "node:util"
import { refuse } from "../base/errors.ts"
import { showValue } from "../base/show-value.ts"
import type { Subject } from "./manifest.ts"

/** @throws MR_CHECKPOINT_OTHER_JOB, MR_CHECKPOINT_DIFFERS */
export function requireSame(folder: string, found: Subject, now: Subject): void {
  if (found.job !== now.job) throw refuse("MR_CHECKPOINT_OTHER_JOB", { folder, job: now.job, found: found.job })
  const differs = (what: string, of: (subject: Subject) => unknown): void => {
    if (isDeepStrictEqual(of(found), of(now))) return
    throw refuse("MR_CHECKPOINT_DIFFERS", { folder, what, found: showValue(of(found)), now: showValue(of(now)) })
  }
  differs("an interval, in milliseconds, of", ({ intervalMs }) => intervalMs)
  differs("a number of partitions of", ({ partitions }) => partitions)
  differs("the parameters", ({ params }) => params)
  const lines = Math.max(found.fingerprint.length, now.fingerprint.length)
  // Its first line is the hash of the whole text, which tells nobody anything.
  for (let line = 1; line < lines; line++) differs("a program that has", ({ fingerprint }) => fingerprint[line])
  differs("another text of", ({ fingerprint }) => fingerprint[0])
}
