/** A receiver that writes down what it is told, and lets a test decide when there is room and when time passes. */
import { parse } from "csv-parse/sync"
import type { Content, ReceivedFormat, Receiver } from "../stream/source.ts"

/** What a source told or asked, in order. */
export type ReceiverEvent =
  | { readonly kind: "ready" }
  | { readonly kind: "records"; readonly bytes: number; readonly records: readonly unknown[] }
  | { readonly kind: "reject"; readonly why: string; readonly sample: string }
  | { readonly kind: "warn"; readonly message: string }
  | { readonly kind: "room" }
  | { readonly kind: "full" }
  | { readonly kind: "nextStep" }
  | { readonly kind: "wait"; readonly ms: number }

export interface ReceiverSettings {
  /** What the program asks for. Default "records". */
  readonly content?: Content | undefined
  /** Default 1,000,000. */
  readonly recordBytesMax?: number | undefined
  /** Default 10,000,000. */
  readonly stepBytesMax?: number | undefined
  /** Behind the first hand-over, room is given only by `giveRoom`. Otherwise there always is. */
  readonly withholdsRoom?: boolean | undefined
  /** A step begins as soon as one is waited for. Otherwise by `beginStep`. */
  readonly stepsAtOnce?: boolean | undefined
  /** Time passes only by `passTime`. Otherwise each wait is over at once. */
  readonly holdsTime?: boolean | undefined
}

/**
 * What a source's own tests hand to its `open`.
 *
 * ```ts
 * import { defineSource } from "millrace"
 * import { RecordingReceiver } from "millrace/testing"
 *
 * const { source } = defineSource<number>({
 *   description: "two numbers",
 *   async open(receiver) {
 *     receiver.ready()
 *     receiver.values([1, 2])
 *     await receiver.room()
 *   },
 * })
 * const receiver = new RecordingReceiver()
 * if (source.kind === "receive") await source.open(receiver)
 * console.log(JSON.stringify(receiver.records), receiver.faults.length) // [1,2] 0
 * ```
 */
export class RecordingReceiver implements Receiver {
  readonly name = "the source"
  readonly content: Content
  readonly recordBytesMax: number
  readonly stepBytesMax: number
  readonly events: ReceiverEvent[] = []
  /** All records handed over so far. */
  readonly records: unknown[] = []
  /** What the source did that the port does not allow. */
  readonly faults: string[] = []
  readonly #settings: ReceiverSettings
  readonly #stop = new AbortController()
  readonly #watchers = new Set<() => void>()
  #hasRoom = true
  #room: (() => void)[] = []
  #step: (() => void)[] = []
  #time: (() => void)[] = []

  constructor(settings: ReceiverSettings = {}) {
    this.#settings = settings
    this.content = settings.content ?? "records"
    this.recordBytesMax = settings.recordBytesMax ?? 1_000_000
    this.stepBytesMax = settings.stepBytesMax ?? 10_000_000
  }

  get signal(): AbortSignal {
    return this.#stop.signal
  }

  /** The size of everything handed over as bytes. */
  get bytesReceived(): number {
    return this.#of("records").reduce((sum, { bytes }) => sum + bytes, 0)
  }

  get warnings(): string[] {
    return this.#of("warn").map(({ message }) => message)
  }

  get waits(): number[] {
    return this.#of("wait").map(({ ms }) => ms)
  }

  get rejected(): { why: string; sample: string }[] {
    return this.#of("reject").map(({ why, sample }) => ({ why, sample }))
  }

  count(kind: ReceiverEvent["kind"]): number {
    return this.events.filter((event) => event.kind === kind).length
  }

  /** Resolves once `isSo` holds; looks again after each event. */
  until(isSo: (receiver: this) => boolean): Promise<void> {
    return new Promise((resolve) => {
      const look = (): void => {
        if (!isSo(this)) return
        this.#watchers.delete(look)
        resolve()
      }
      this.#watchers.add(look)
      look()
    })
  }

  stop(): void {
    this.#stop.abort()
  }

  /** Room for one more hand-over: answers the calls of `room` so far, and the next look at `hasRoom`. */
  giveRoom(): void {
    this.#hasRoom = true
    this.#room = settle(this.#room)
  }

  beginStep(): void {
    this.#step = settle(this.#step)
  }

  passTime(): void {
    this.#time = settle(this.#time)
  }

  ready(): void {
    if (this.count("ready") > 0) this.faults.push("ready twice")
    this.#tell({ kind: "ready" })
  }

  bytes(format: ReceivedFormat, bytes: Uint8Array): void {
    if ((format === "ndjson" || format === "text") && bytes.at(-1) !== 10) this.faults.push("lines that are not whole")
    // The bytes must be used before this returns: the source may write over them.
    const text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes)
    this.#take(bytes.length, recordsOf[format](text))
  }

  values(values: readonly unknown[]): void {
    this.#take(0, [...values])
  }

  reject(why: string, sample: string): void {
    this.#tell({ kind: "reject", why, sample })
  }

  warn(message: string): void {
    this.#tell({ kind: "warn", message })
  }

  get hasRoom(): boolean {
    if (this.#hasRoom || !this.#settings.withholdsRoom) return true
    this.#tell({ kind: "full" })
    return false
  }

  /** Nothing outlives a test. */
  kept(): Promise<void> {
    return Promise.resolve()
  }

  room(): Promise<void> {
    if (this.#settings.withholdsRoom) return this.#ask({ kind: "room" }, this.#room)
    this.#tell({ kind: "room" })
    return Promise.resolve()
  }

  nextStep(): Promise<void> {
    if (this.#settings.stepsAtOnce) return Promise.resolve()
    return this.#ask({ kind: "nextStep" }, this.#step)
  }

  wait(ms: number): Promise<void> {
    if (this.#settings.holdsTime) return this.#ask({ kind: "wait", ms }, this.#time)
    this.#tell({ kind: "wait", ms })
    return Promise.resolve()
  }

  #take(bytes: number, records: readonly unknown[]): void {
    if (this.signal.aborted) this.faults.push("records after the stop")
    if (this.count("ready") === 0) this.faults.push("records before ready")
    if (this.#room.length > 0) this.faults.push("records without room")
    this.#hasRoom = false
    for (const record of records) this.records.push(record)
    this.#tell({ kind: "records", bytes, records })
  }

  #ask(event: ReceiverEvent, waiting: (() => void)[]): Promise<void> {
    const answer = new Promise<void>((resolve) => waiting.push(resolve))
    this.#tell(event)
    return answer
  }

  #tell(event: ReceiverEvent): void {
    this.events.push(event)
    for (const look of this.#watchers) look()
  }

  #of<K extends ReceiverEvent["kind"]>(kind: K): Extract<ReceiverEvent, { kind: K }>[] {
    return this.events.filter((event) => event.kind === kind) as Extract<ReceiverEvent, { kind: K }>[]
  }
}

const linesOf = (text: string): string[] => text.split(/\r?\n/)

/** The records of what was handed over: as a worker would decode them. */
const recordsOf: Readonly<Record<ReceivedFormat, (text: string) => unknown[]>> = {
  ndjson: (text) =>
    linesOf(text)
      .filter((line) => line.trim() !== "")
      .map((line) => JSON.parse(line) as unknown),
  json: (text) => JSON.parse(text) as unknown[],
  text: (text) => linesOf(text).slice(0, -1),
  csv: (text) => parse(text, { columns: true, skip_empty_lines: true, record_delimiter: ["\r\n", "\n"] }),
}

/** Answers all that wait, and leaves none. */
function settle(waiting: readonly (() => void)[]): [] {
  for (const resolve of waiting) resolve()
  return []
}
