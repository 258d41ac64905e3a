/**
 * The port through which records enter. A source is a description: data plus functions that open or read it.
 * It is declared in the program's module, which every worker loads, so nothing may be open in it.
 *
 * Two kinds. A `range` source can be read again: the driver names offsets, workers read them, a lost task reads them
 * again. A `receive` source is opened once, on the driver, and what it hands over is kept until its step is done.
 */

export type Source = RangeSource | ReceiveSource | SeveralSources

/** What a program asked a source for: records of JSON (or rows of CSV), lines of text, or pieces of bytes. */
export type Content = "records" | "text" | "bytes"

/**
 * How received bytes are to be decoded, always whole records: `ndjson`, lines of JSON each ended by \n; `json`, one JSON
 * array; `text`, lines of text each ended by \n; `csv`, a header line, then whole rows.
 */
export type ReceivedFormat = "ndjson" | "json" | "text" | "csv"

export interface RangeSource {
  readonly kind: "range"
  /** What it is, for messages and for the program's fingerprint; the same on driver and worker. */
  readonly description: string
  /** Number of records in all; Infinity for a source without end. */
  readonly total: number
  /** Steps it lasts at least, also when its records are admitted before; 0 for most. */
  readonly stepsMin: number
  /**
   * The offset up to which records are admitted when the step with this index ends. The job's first step has index 0.
   * Never falls as the index grows; driver only.
   */
  admitted(stepIndex: number, intervalMs: number): number
  /** Undefined: `read` gives records. Else it gives pieces of bytes in this format, each of whole records. */
  readonly format: ReceivedFormat | undefined
  /** Records of offsets [from, until), a pure function of the two; runs on workers, possibly several times. */
  read(from: number, until: number): Iterable<unknown>
}

export interface ReceiveSource {
  readonly kind: "receive"
  readonly description: string
  /**
   * Opens it and hands over everything it brings until `receiver.signal` aborts. Resolves when the source has ended
   * (or was told to stop), rejects when it cannot go on: that stops the job. Driver only, once.
   */
  open(receiver: Receiver): Promise<void>
}

/** Several receive sources that are read as one stream; the driver opens each of them. */
export interface SeveralSources {
  readonly kind: "several"
  readonly description: string
  /** At least one. Which of them a record came from is its index here. */
  readonly sources: readonly ReceiveSource[]
}

/** What a receive source hands its records to: the driver's side of the port. `T` is what `values` takes. */
export interface Receiver<T = unknown> {
  /** The source's name, for messages. */
  readonly name: string
  /** What the program asked for; a source that cannot give it throws when it is opened. */
  readonly content: Content
  /** Aborts when the job stops: let go of everything and return from `open`. */
  readonly signal: AbortSignal
  /** Bytes a single record may have; hand what is larger to `reject`. */
  readonly recordBytesMax: number
  /** Bytes that may be received ahead of the steps. */
  readonly stepBytesMax: number
  /**
   * The source is connected and its content can be read; a job's start waits for this of each source. Once, before the
   * first record.
   */
  ready(): void
  /**
   * Whole records as bytes, to be decoded on a worker; lines each end with \n. The bytes are copied.
   * @throws MR_RECEIVER_MISUSED for another format, or for lines that are not whole
   */
  bytes(format: ReceivedFormat, bytes: Uint8Array): void
  /**
   * Records as values.
   * @throws MR_VALUE_REFUSED for one that is no plain data, MR_RECEIVER_MISUSED for what is no array
   */
  values(values: readonly T[]): void
  /** A record that cannot be one: why, and how it begins. What happens then is the stream's `onInvalid`. */
  reject(why: string, sample: string): void
  /**
   * Whether there is room for more right now: for a source that is sent to, and can tell the sender to come back later.
   */
  readonly hasRoom: boolean
  /**
   * Resolves when there is room for more, or `signal` aborts. Await it before reading on: this is the back-pressure.
   */
  room(): Promise<void>
  /** Resolves when the next step begins, or `signal` aborts; for sources that are asked once a step. */
  nextStep(): Promise<void>
  /** Resolves after `ms` milliseconds of the job's clock, or at once when `signal` aborts. */
  wait(ms: number): Promise<void>
  /**
   * Resolves when all that was handed over so far would outlive the driver: in a job with checkpoints when it is on the
   * disk, else at once. For a source that tells a sender that it may forget what it sent.
   */
  kept(): Promise<void>
  /** Something a person should know that is not an error: a lost connection, a new attempt. */
  warn(message: string): void
}
