/** What a task reports besides its block. It enters metrics only when the step is published, from the attempt that won. */
import type { AccountMessage, BadKind, TimesMessage } from "../wire/messages.ts"

export interface Sample {
  readonly kind: BadKind
  readonly why: string
  /** The record, cut. */
  readonly record: string
}

/** What passed a `tap`. */
export interface Tapped {
  readonly label: string
  records: number
  /** The first few. */
  readonly samples: string[]
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
  /** Records that came after their step had closed. */
  late: number
  /** Records left out because their time was too far ahead of the clock. */
  early: number
  /** The first few of these four, at most SAMPLES_MAX. */
  readonly samples: Sample[]
  readonly taps: Tapped[]
  /** Of a task that runs for an arrival. */
  times: TimesMessage | undefined
}

const SAMPLES_MAX = 3

export const emptyAccount = (): Account => ({
  records: 0,
  bytes: 0,
  invalid: 0,
  skipped: 0,
  late: 0,
  early: 0,
  samples: [],
  taps: [],
  times: undefined,
})

export function addSample(account: Account, sample: Sample): void {
  if (account.samples.length < SAMPLES_MAX) account.samples.push(sample)
}

/** A record passed a tap; `show` says how it looks, if that is wanted. */
export function addTapped(account: Account, label: string, show: () => string): void {
  const tapped = tappedOf(account, label)
  tapped.records++
  if (tapped.samples.length < SAMPLES_MAX) tapped.samples.push(show())
}

function tappedOf({ taps }: Account, label: string): Tapped {
  let tapped = taps.find((tap) => tap.label === label)
  if (tapped === undefined) taps.push((tapped = { label, records: 0, samples: [] }))
  return tapped
}

export function addAccount(total: Account, part: AccountMessage): void {
  total.records += part.records
  total.bytes += part.bytes
  total.invalid += part.invalid
  total.skipped += part.skipped
  total.late += part.late
  total.early += part.early
  for (const sample of part.samples) addSample(total, sample)
  for (const { label, records, samples } of part.taps) {
    const tapped = tappedOf(total, label)
    tapped.records += records
    tapped.samples.push(...samples.slice(0, SAMPLES_MAX - tapped.samples.length))
  }
}
