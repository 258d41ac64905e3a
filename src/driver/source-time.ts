/**
 * How far a source whose records have their own time has come: the oldest of its partitions' newest times, less the
 * slack. Steps whose end lies before it can close. It never falls.
 *
 *     unheard ──▶ active ──▶ idle ──▶ active …      for each partition of the source (a URL, a file, a port)
 *        └──────────────────▲
 *
 * A partition that is idle holds nobody back; when all are, time runs on from where it stands at the pace of the clock.
 */
import type { RecordTime } from "../stream/node.ts"

interface SourcePartition {
  /** Undefined: unheard. */
  newest: number | undefined
  /** By the clock. */
  heardAt: number
}

export class SourceTime {
  readonly #slackMs: number
  readonly #idleMs: number
  readonly #partitions: readonly SourcePartition[]
  #time = -Infinity
  #standing = -Infinity // where it stood when a partition was active last

  /** `partitions` are those of the source; `now` is the clock at the job's start. */
  constructor({ slackMs, idleMs }: RecordTime, partitions: number, intervalMs: number, now: number) {
    this.#slackMs = slackMs
    this.#idleMs = idleMs ?? Math.max(slackMs, 2 * intervalMs)
    this.#partitions = Array.from({ length: partitions }, () => ({ newest: undefined, heardAt: now }))
  }

  /** A partition has brought records, the newest of this time. */
  heard(partition: number, newest: number, now: number): void {
    const heard = this.#partitions[partition]!
    heard.newest = Math.max(newest, heard.newest ?? -Infinity)
    heard.heardAt = now
  }

  /** Minus infinity as long as nothing was heard of it. */
  at(now: number): number {
    const active = this.#partitions.filter(({ heardAt }) => now - heardAt < this.#idleMs)
    if (active.length > 0) {
      this.#time = Math.max(this.#time, Math.min(...active.map((partition) => this.#reached(partition))))
      this.#standing = this.#time
      return this.#time
    }
    const last = this.#partitions.reduce((latest, other) => (other.heardAt > latest.heardAt ? other : latest))
    const standing = Math.max(this.#standing, this.#reached(last))
    this.#time = Math.max(this.#time, standing + (now - (last.heardAt + this.#idleMs)))
    return this.#time
  }

  #reached({ newest }: SourcePartition): number {
    return newest === undefined ? -Infinity : newest - this.#slackMs
  }
}
