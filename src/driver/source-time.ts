/**
 * How far a source whose records have their own time has come: the oldest of its partitions' newest times, less the
 * slack. Steps whose end lies before it can close. It never falls.
 *
 *     unheard ──▶ active ──▶ idle ──▶ active …      for each partition of the source (a URL, a file, a port),
 *        └──────────────────▲                       until it ends
 *
 * A partition that is idle or has ended holds nobody back; when all are idle, time runs on from where it stands at the
 * pace of the clock.
 * A source that nothing was ever heard of, or that has ended, stands nowhere: as long as it may only be slow to begin it
 * holds everybody back, then nobody.
 *
 * Silence is what was listened to: whoever asks says until when everything that came has been told.
 */
import type { RecordTime } from "../stream/node.ts"

interface SourcePartition {
  /** Undefined: unheard. */
  newest: number | undefined
  /** By the clock; of one unheard, the job's start. */
  heardAt: number
  hasEnded: boolean
}

export class SourceTime {
  readonly #slackMs: number
  readonly #idleMs: number
  readonly #partitions: readonly SourcePartition[]
  #time = -Infinity
  #at: number // by the clock: when it stood there

  /** `partitions` are those of the source; `now` is the clock at the job's start. */
  constructor({ slackMs, idleMs }: RecordTime, partitions: number, intervalMs: number, now: number) {
    this.#slackMs = slackMs
    this.#idleMs = idleMs ?? Math.max(slackMs, 2 * intervalMs)
    this.#partitions = Array.from({ length: partitions }, () => ({ newest: undefined, heardAt: now, hasEnded: false }))
    this.#at = now
  }

  /** A partition has brought records, the newest of this time. */
  heard(partition: number, newest: number, now: number): void {
    const heard = this.#partitions[partition]!
    heard.newest = Math.max(newest, heard.newest ?? -Infinity)
    heard.heardAt = now
  }

  /** Nothing of it has been told, but something is there: it is not idle. */
  waits(partition: number, now: number): void {
    this.#partitions[partition]!.heardAt = now
  }

  get standing(): { readonly time: number; readonly newest: readonly (number | undefined)[] } {
    return { time: this.#time, newest: this.#partitions.map(({ newest }) => newest) }
  }

  /** Takes over from an earlier run. */
  goOnWith({ time, newest }: { readonly time: number; readonly newest: readonly (number | undefined)[] }): void {
    this.#time = time
    this.#partitions.forEach((partition, index) => (partition.newest = newest[index]))
  }

  /** Nobody listened before: silence counts from here on. */
  listenFrom(now: number): void {
    for (const partition of this.#partitions) partition.heardAt = now
    this.#at = now
  }

  /** A partition has brought its last. */
  ended(partition: number): void {
    this.#partitions[partition]!.hasEnded = true
  }

  /** Partitions that have come further than this. */
  beyond(time: number): number[] {
    return this.#partitions.flatMap((partition, index) => (this.#timeOf(partition) > time ? [index] : []))
  }

  /** What came until `now` has been told. Minus infinity holds everybody back, infinity nobody. */
  at(now: number): number {
    const open = this.#partitions.filter(({ hasEnded }) => !hasEnded)
    const active = open.filter(({ heardAt }) => now - heardAt < this.#idleMs)
    const heard = open.filter(({ newest }) => newest !== undefined)
    if (active.length > 0) this.#reach(active)
    else if (heard.length > 0) this.#runOn(heard, now)
    else return Infinity
    this.#at = now
    return this.#time
  }

  #reach(partitions: readonly SourcePartition[]): void {
    this.#time = Math.max(this.#time, Math.min(...partitions.map((partition) => this.#timeOf(partition))))
  }

  #timeOf({ newest }: SourcePartition): number {
    return newest === undefined ? -Infinity : newest - this.#slackMs
  }

  /** From when the last of them fell idle, and from where time stood then. */
  #runOn(heard: readonly SourcePartition[], now: number): void {
    const lastHeardAt = Math.max(...heard.map(({ heardAt }) => heardAt))
    const idleSince = lastHeardAt + this.#idleMs
    if (this.#at < idleSince) this.#reach(heard.filter(({ heardAt }) => heardAt === lastHeardAt))
    this.#time += now - Math.max(this.#at, idleSince)
  }
}
