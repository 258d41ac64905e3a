/** What each step's tasks reported, until the step is finished and the sum goes into the run's totals. */
import type { Account } from "../compute/account.ts"
import { addAccount, emptyAccount } from "../compute/account.ts"
import type { StepReport } from "../observe/events.ts"
import type { Step } from "../stream/step-record.ts"
import { stepTime } from "../stream/step-time.ts"
import type { AccountMessage } from "../wire/messages.ts"

interface OpenStep {
  readonly cutAt: number
  readonly account: Account
  /** Keys that each state's partition holds after the step: a later step may have got further by the time it ends. */
  readonly held: Map<string, number>
}

/** Late records of a source, by the hour that their time is in. */
export interface LateRecords {
  readonly source: string
  /** First millisecond of the hour, since the Unix epoch. */
  readonly hour: number
  readonly records: number
}

const HOUR_MS = 3_600_000

export class StepLedger {
  readonly #open = new Map<Step, OpenStep>()
  readonly #held = new Map<string, number>() // after the step finished last
  readonly #late = new Map<string, Map<number, number>>() // by source, by hour
  readonly #intervalMs: number
  #arrived = emptyAccount() // ahead of the steps: reported with the next one
  readonly #totals = emptyAccount()

  constructor(intervalMs: number) {
    this.#intervalMs = intervalMs
  }

  /** Over all that was finished, and all that has arrived. */
  get totals(): Account {
    const totals = emptyAccount()
    addAccount(totals, this.#totals)
    addAccount(totals, this.#arrived)
    return totals
  }

  /** Late records of the run, by source and hour. */
  get late(): LateRecords[] {
    return [...this.#late].flatMap(([source, hours]) =>
      [...hours].sort(([a], [b]) => a - b).map(([hour, records]) => ({ source, hour: hour * HOUR_MS, records })),
    )
  }

  /** The keys a state's partition held when an earlier run ended. */
  goOnWith(stage: number, partition: number, keys: number): void {
    this.#held.set(`${stage}/${partition}`, keys)
  }

  opened(step: Step, now: number): void {
    this.#open.set(step, { cutAt: now, account: this.#arrived, held: new Map() })
    this.#arrived = emptyAccount()
  }

  add(step: Step, account: AccountMessage): void {
    addAccount(this.#open.get(step)!.account, account)
  }

  /** What a task did ahead of the steps, for an arrival of this source. */
  addArrived(source: string, account: AccountMessage): void {
    addAccount(this.#arrived, account)
    const hours = this.#late.get(source) ?? new Map<number, number>()
    for (const { hour, records } of account.times?.lateByHour ?? []) hours.set(hour, (hours.get(hour) ?? 0) + records)
    this.#late.set(source, hours)
  }

  /** The keys a state's partition holds after a step. */
  held(step: Step, stage: number, partition: number, keys: number): void {
    this.#open.get(step)!.held.set(`${stage}/${partition}`, keys)
  }

  /** A step that an earlier run has reported. */
  finishedAgain(step: Step): OpenStep {
    const open = this.#open.get(step)!
    this.#open.delete(step)
    for (const [partition, keys] of open.held) this.#held.set(partition, keys)
    return open
  }

  /** To be called in order of steps. */
  finished(step: Step, now: number): StepReport {
    const { cutAt, account } = this.finishedAgain(step)
    addAccount(this.#totals, account)
    const { start, end } = stepTime(step, this.#intervalMs)
    const { records, bytes, invalid, skipped, late, early, samples, taps } = account
    return {
      step,
      start,
      end,
      records,
      bytes,
      invalid,
      skipped,
      late,
      early,
      samples,
      taps,
      tookMs: now - cutAt,
      delayMs: Math.max(0, now - end),
      stateKeys: [...this.#held.values()].reduce((sum, keys) => sum + keys, 0),
    }
  }
}
