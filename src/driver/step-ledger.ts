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

export class StepLedger {
  readonly #open = new Map<Step, OpenStep>()
  readonly #held = new Map<string, number>() // after the step finished last
  readonly #intervalMs: number
  /** Over all finished steps. */
  readonly totals: Account = emptyAccount()

  constructor(intervalMs: number) {
    this.#intervalMs = intervalMs
  }

  opened(step: Step, now: number): void {
    this.#open.set(step, { cutAt: now, account: emptyAccount(), held: new Map() })
  }

  add(step: Step, account: AccountMessage): void {
    addAccount(this.#open.get(step)!.account, account)
  }

  /** The keys a state's partition holds after a step. */
  held(step: Step, stage: number, partition: number, keys: number): void {
    this.#open.get(step)!.held.set(`${stage}/${partition}`, keys)
  }

  /** To be called in order of steps. */
  finished(step: Step, now: number): StepReport {
    const { cutAt, account, held } = this.#open.get(step)!
    this.#open.delete(step)
    for (const [partition, keys] of held) this.#held.set(partition, keys)
    addAccount(this.totals, account)
    const time = stepTime(step, this.#intervalMs)
    return {
      ...time,
      ...account,
      tookMs: now - cutAt,
      delayMs: Math.max(0, now - time.end),
      stateKeys: [...this.#held.values()].reduce((sum, keys) => sum + keys, 0),
    }
  }
}
