/**
 * How far time has come in a history, in the plainest way: every partition is looked at every millisecond. What came is
 * known at the end of each interval of the clock.
 */
import type { History } from "./random-history.ts"
import { INTERVAL_MS, STARTS_AT } from "./random-history.ts"

interface Partition {
  newest: number
  heardAt: number
  hasEnded: boolean
}

interface Source {
  readonly slackMs: number
  readonly idleMs: number
  readonly partitions: readonly Partition[]
  time: number
  hasEnded: boolean
}

export class CountedTime {
  /** How far all have come. */
  time = -Infinity
  /** The oldest step that is not closed; undefined before any was. */
  openFrom: number | undefined
  readonly #history: History
  readonly #sources: readonly Source[]
  #now = STARTS_AT
  #firstStep = Infinity
  #wasNowhere = false

  constructor(history: History) {
    this.#history = history
    if (history.untimed > 0) this.#firstStep = STARTS_AT / INTERVAL_MS
    this.#sources = history.sources.map(({ slackMs, idleMs, partitions }) => ({
      slackMs,
      idleMs: idleMs ?? Math.max(slackMs, 2 * INTERVAL_MS),
      partitions: Array.from({ length: partitions }, () => ({
        newest: -Infinity,
        heardAt: STARTS_AT,
        hasEnded: false,
      })),
      time: -Infinity,
      hasEnded: false,
    }))
  }

  /** To the end of the next interval. */
  moveTo(tick: number): void {
    this.#hear(tick) // whoever has said something since the last tick was not silent since
    while (this.#now < tick) {
      this.#now++
      for (const source of this.#sources) this.#count(source)
    }
    const open = this.#sources.filter(({ hasEnded }) => !hasEnded)
    const known = open.filter((source) => this.#isSomewhere(source))
    const untimed = this.#history.untimed > 0 ? tick : Infinity
    const isNowhere = known.length + this.#history.untimed === 0
    if (!isNowhere) this.time = Math.min(untimed, ...known.map(({ time }) => time))
    else if (this.time === -Infinity)
      this.time = this.#firstStep === Infinity ? -Infinity : this.#firstStep * INTERVAL_MS
    else if (this.#wasNowhere) this.time += INTERVAL_MS
    this.#wasNowhere = isNowhere
    const until = Math.floor(this.time / INTERVAL_MS)
    if (until > (this.openFrom ?? this.#firstStep)) this.openFrom = until
  }

  #hear(tick: number): void {
    const isFirst = tick === STARTS_AT + INTERVAL_MS // what happens in the very moment of the start is heard with it
    for (const happening of this.#history.happenings) {
      if (happening.at > tick || (happening.at <= tick - INTERVAL_MS && !isFirst)) continue
      if (happening.kind === "source ends" && happening.source < this.#sources.length) {
        this.#sources[happening.source]!.hasEnded = true
      }
      if (happening.source >= this.#sources.length || happening.kind === "source ends") continue
      const partition = this.#sources[happening.source]!.partitions[happening.partition]!
      if (happening.kind === "partition ends") partition.hasEnded = true
      else {
        const { aheadMs = Infinity } = this.#history.sources[happening.source]!
        const times = happening.records.map(({ at }) => at).filter((at) => at <= tick + aheadMs) // no early one, and none without
        if (times.length === 0) continue
        partition.newest = Math.max(partition.newest, ...times)
        partition.heardAt = tick
        if (this.openFrom === undefined)
          this.#firstStep = Math.min(this.#firstStep, ...times.map((at) => Math.floor(at / INTERVAL_MS)))
      }
    }
  }

  #count(source: Source): void {
    const open = source.partitions.filter(({ hasEnded }) => !hasEnded)
    const silence = ({ heardAt }: Partition): number => this.#now - heardAt
    const active = open.filter((partition) => silence(partition) < source.idleMs)
    const heard = open.filter(({ newest }) => newest > -Infinity)
    const fellIdle = heard.filter((partition) => silence(partition) === source.idleMs)
    const reach = (partitions: readonly Partition[]): void => {
      const slowest = Math.min(...partitions.map(({ newest }) => newest))
      source.time = Math.max(source.time, slowest - source.slackMs)
    }
    if (active.length > 0) reach(active)
    else if (fellIdle.length > 0) reach(fellIdle)
    else if (heard.length > 0) source.time++
  }

  /** Something was heard of it, or may still be. */
  #isSomewhere({ partitions, idleMs }: Source): boolean {
    const open = partitions.filter(({ hasEnded }) => !hasEnded)
    return open.some(({ newest, heardAt }) => newest > -Infinity || this.#now - heardAt < idleMs)
  }
}
