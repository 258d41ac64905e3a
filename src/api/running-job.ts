/** What `start()` gives: a handle on a run. */
import { refuse } from "../base/errors.ts"
import type { Driver } from "../driver/driver.ts"
import type { TakeRows } from "../driver/outputs.ts"
import type { EventHub, JobEvents } from "../observe/events.ts"
import { eventNames } from "../observe/events.ts"
import { OutputReader } from "./output-reader.ts"
import type { OutputStep, Running, SliceTime, Summary } from "./running.ts"
import type { Slices } from "./slices.ts"

/** The named outputs of a run and who reads them. */
export class OutputReaders {
  readonly #names: readonly string[]
  readonly #readers = new Map<string, OutputReader>()
  #end: { readonly error: Error | undefined } | undefined

  constructor(names: readonly string[]) {
    this.#names = names
  }

  /** @throws MR_OUTPUT_UNKNOWN, MR_OUTPUT_TAKEN */
  attach(name: string): OutputReader {
    if (!this.#names.includes(name)) throw refuse("MR_OUTPUT_UNKNOWN", { name, known: this.#names })
    if (this.#readers.has(name)) throw refuse("MR_OUTPUT_TAKEN", { name })
    const reader = new OutputReader(() => this.#readers.delete(name))
    if (this.#end !== undefined) reader.end(this.#end.error)
    this.#readers.set(name, reader)
    return reader
  }

  reader(name: string): TakeRows | undefined {
    const reader = this.#readers.get(name)
    return reader === undefined ? undefined : (time, rows) => reader.take(time, rows)
  }

  /** No reader is waited for any more; what is given from now on is kept until it is read. */
  letStop(): void {
    for (const reader of this.#readers.values()) reader.letStop()
  }

  end(error: Error | undefined): void {
    this.#end = { error }
    for (const reader of this.#readers.values()) reader.end(error)
  }
}

export class RunningJob implements Running {
  readonly done: Promise<Summary>
  readonly #driver: Driver
  readonly #events: EventHub
  readonly #readers: OutputReaders
  readonly #slices: Slices

  /** `done` settles after everything the run opened is closed. */
  constructor(driver: Driver, events: EventHub, readers: OutputReaders, slices: Slices, done: Promise<Summary>) {
    this.#driver = driver
    this.#events = events
    this.#readers = readers
    this.#slices = slices
    this.done = done
    done.then(
      () => readers.end(undefined),
      (error: Error) => readers.end(error),
    )
  }

  stop(): Promise<Summary> {
    this.#readers.letStop()
    this.#driver.stop()
    return this.done
  }

  output<T = unknown>(name: string): AsyncIterable<OutputStep<T>> {
    const reader = this.#readers.attach(name)
    return { [Symbol.asyncIterator]: () => reader as AsyncIterator<OutputStep<T>> }
  }

  async slice(name: string, from: SliceTime, to: SliceTime, query?: unknown): Promise<never> {
    const given = query === undefined ? this.#slices.steps(name, from, to) : this.#slices.ask(name, from, to, query)
    return given as never
  }

  on<E extends keyof JobEvents>(event: E, listener: (event: JobEvents[E]) => void): () => void {
    if (!eventNames.includes(event)) {
      const expected = `one of ${eventNames.join(", ")}`
      throw refuse("MR_OPTION_INVALID", { where: "on()", option: "event", expected, got: event })
    }
    return this.#events.on(event, listener)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop()
  }
}
