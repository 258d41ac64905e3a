/** What a task reports besides its block. It enters metrics only when the step is published, from the attempt that won. */
import type { AccountMessage } from "../wire/messages.ts"

export interface Sample {
  readonly kind: "invalid" | "skipped"
  readonly why: string
  /** The record, cut. */
  readonly record: string
}

export interface Account {
  /** Records that entered the job in this task: those of a source, 0 in every other stage. */
  records: number
  /** Bytes of those records as they were received. */
  bytes: number
  /** Records of a source that could not be decoded or did not match the schema. */
  invalid: number
  /** Records left out because a function with onError "skip" threw. */
  skipped: number
  /** The first few of both, at most SAMPLES_MAX. */
  readonly samples: Sample[]
}

const SAMPLES_MAX = 3

export const emptyAccount = (): Account => ({ records: 0, bytes: 0, invalid: 0, skipped: 0, samples: [] })

export function addSample(account: Account, sample: Sample): void {
  if (account.samples.length < SAMPLES_MAX) account.samples.push(sample)
}

export function addAccount(total: Account, part: AccountMessage): void {
  total.records += part.records
  total.bytes += part.bytes
  total.invalid += part.invalid
  total.skipped += part.skipped
  for (const sample of part.samples) addSample(total, sample)
}
