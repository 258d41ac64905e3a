/** What each step's tasks reported, until the step is finished and the sum goes into the run's totals. */
import type { Account } from "../compute/account.ts"
import { addAccount, emptyAccount } from "../compute/account.ts"
import type { StepReport } from "../observe/events.ts"
import type { Step } from "../stream/step-record.ts"
import { stepTime } from "../stream/step-time.ts"
import type { AccountMessage } from "../wire/messages.ts"

export class StepLedger {
  readonly #open = new Map<Step, { readonly cutAt: number; readonly account: Account }>()
  readonly #held = new Map<string, number>() // keys, by state stage and partition
  readonly #intervalMs: number
  /** Over all finished steps. */
  readonly totals: Account = emptyAccount()

  constructor(intervalMs: number) {
    this.#intervalMs = intervalMs
  }

  opened(step: Step, now: number): void {
    this.#open.set(step, { cutAt: now, account: emptyAccount() })
  }

  add(step: Step, account: AccountMessage): void {
    addAccount(this.#open.get(step)!.account, account)
  }

  /** The keys a state's partition holds after a step; steps of one partition come in order. */
  held(stage: number, partition: number, keys: number): void {
    this.#held.set(`${stage}/${partition}`, keys)
  }

  finished(step: Step, now: number): StepReport {
    const { cutAt, account } = this.#open.get(step)!
    this.#open.delete(step)
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
