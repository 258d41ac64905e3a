/** A named output on its way to the program that started the job: one step at a time, taken before the next is given. */
import type { Deferred } from "../base/deferred.ts"
import { deferred } from "../base/deferred.ts"
import type { StepTime } from "../stream/step-time.ts"
import type { OutputStep } from "./running.ts"

interface Offer {
  readonly step: OutputStep<unknown>
  readonly taken: Deferred<void>
}

export class OutputReader implements AsyncIterator<OutputStep<unknown>> {
  readonly #offers: Offer[] = []
  readonly #detach: () => void
  readonly #waiting: Deferred<IteratorResult<OutputStep<unknown>>>[] = [] // calls of next() that found nothing
  #isStopping = false
  #end: { readonly error: Error | undefined } | undefined

  /** `detach` is called when nobody reads any more. */
  constructor(detach: () => void) {
    this.#detach = detach
  }

  /** Gives a step to whoever reads; resolves when it is taken. */
  async take(time: StepTime, rows: readonly unknown[]): Promise<void> {
    const step = { ...time, rows: [...rows] }
    if (this.#end !== undefined) return
    const waiting = this.#waiting.shift()
    if (waiting !== undefined) return waiting.resolve({ done: false, value: step })
    const offer = { step, taken: deferred<void>() }
    this.#offers.push(offer)
    if (!this.#isStopping) await offer.taken.promise
  }

  /** Makes the job wait for its reader no more: who reads may be the one who waits for the job to stop. */
  letStop(): void {
    this.#isStopping = true
    for (const { taken } of this.#offers) taken.resolve()
  }

  /** No step follows. Steps that were given and not taken are still read first. */
  end(error: Error | undefined): void {
    this.#end ??= { error }
    for (const waiting of this.#waiting.splice(0)) {
      if (error === undefined) waiting.resolve({ done: true, value: undefined })
      else waiting.reject(error)
    }
  }

  async next(): Promise<IteratorResult<OutputStep<unknown>>> {
    const offer = this.#offers.shift()
    if (offer !== undefined) {
      offer.taken.resolve()
      return { done: false, value: offer.step }
    }
    if (this.#end?.error !== undefined) throw this.#end.error
    if (this.#end !== undefined) return { done: true, value: undefined }
    const waiting = deferred<IteratorResult<OutputStep<unknown>>>()
    this.#waiting.push(waiting)
    return waiting.promise
  }

  async return(): Promise<IteratorResult<OutputStep<unknown>>> {
    this.#end ??= { error: undefined }
    for (const { taken } of this.#offers.splice(0)) taken.resolve()
    this.#detach()
    return { done: true, value: undefined }
  }
}
