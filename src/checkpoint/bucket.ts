/** A part of a bucket that speaks the S3 protocol, asked until it answers: what is busy or broken is asked again. */
import type { AWSHeaders, S3mini } from "s3mini"
import type { Clock } from "../base/clock.ts"
import { wait } from "../base/clock.ts"
import { messageOf } from "../base/errors.ts"

const REQUESTS_AT_ONCE = 8
/** With the pauses between them, about a minute. */
const ATTEMPTS_MAX = 12
const PAUSE_MS = 100
const PAUSE_MS_MAX = 10_000

export class Bucket {
  /** For messages. */
  readonly description: string
  readonly #s3: S3mini
  readonly #prefix: string
  readonly #clock: Clock

  /** All keys are below `prefix`, which ends without a slash. */
  constructor(s3: S3mini, prefix: string, clock: Clock) {
    this.#s3 = s3
    this.#prefix = `${prefix}/`
    this.#clock = clock
    this.description = `${s3.endpoint.href.replace(/\/$/, "")}/${prefix}`
  }

  /** Undefined if there is none. */
  async get(key: string): Promise<Buffer | undefined> {
    const bytes = await this.#ask(() => this.#s3.getObjectArrayBuffer(this.#prefix + key))
    return bytes === null ? undefined : Buffer.from(bytes)
  }

  async put(key: string, bytes: Uint8Array): Promise<void> {
    await this.#ask(() => this.#s3.putObject(this.#prefix + key, bytes))
  }

  /** Puts what nobody has put before. Says whether it was so; where an answer was lost, it may be the caller's own. */
  putNew(key: string, bytes: Uint8Array): Promise<boolean> {
    // The client signs and sends any header, but its type knows those of Amazon's own only.
    const condition = { "if-none-match": "*" } as AWSHeaders
    return this.#ask(async () => {
      try {
        await this.#s3.putObject(this.#prefix + key, bytes, undefined, undefined, condition)
        return true
      } catch (error) {
        if (statusOf(error) === 412) return false
        throw error
      }
    })
  }

  async delete(keys: readonly string[]): Promise<void> {
    await inGroups(keys, (key) => this.#ask(() => this.#s3.deleteObject(this.#prefix + key)))
  }

  /** What follows the beginning of keys, in order. */
  async list(beginning: string): Promise<string[]> {
    const listed = await this.#ask(() => this.#s3.listObjects("/", this.#prefix + beginning))
    if (listed === null) throw new Error(`there is no bucket ${this.#s3.endpoint.href}; make it, or name another one`)
    return listed.map(({ Key }) => Key.slice(this.#prefix.length + beginning.length))
  }

  async #ask<T>(ask: () => Promise<T>): Promise<T> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await ask()
      } catch (error) {
        if (!isPassing(error) || attempt === ATTEMPTS_MAX)
          throw new Error(`${this.description} cannot be used: ${messageOf(error)}`, { cause: error })
        const pauseMs = Math.min(PAUSE_MS_MAX, PAUSE_MS * 2 ** (attempt - 1))
        await wait(this.#clock, pauseMs, new AbortController().signal)
      }
    }
  }
}

/** Runs a few at a time, since their waits for the store are one; gives what they give, in order. */
export async function inGroups<T, R>(all: readonly T[], run: (one: T) => Promise<R>): Promise<R[]> {
  const results: R[] = []
  for (let first = 0; first < all.length; first += REQUESTS_AT_ONCE) {
    results.push(...(await Promise.all(all.slice(first, first + REQUESTS_AT_ONCE).map((one) => run(one)))))
  }
  return results
}

const statusOf = (error: unknown): number | undefined => (error as { status?: number }).status

/** Busy, broken or not reached, as opposed to forbidden or wrong. */
function isPassing(error: unknown): boolean {
  const status = statusOf(error)
  return status === undefined || status >= 500 || [408, 409, 429].includes(status)
}
