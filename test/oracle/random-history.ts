/**
 * Random histories of sources whose records have times of their own: out of order, with partitions that fall silent, end,
 * or never say anything, with a clock that is now and then not looked at for long. Steps of 10 ms, times in milliseconds.
 */
import type { Random } from "#src/base/random.js"
import { randomOf } from "#src/base/random.js"
import type { TimedRecord, TimedSource } from "../driver/timed-run.ts"

export const INTERVAL_MS = 10
export const STARTS_AT = 10_000

/** By the clock. */
export type Happening = { readonly at: number } & (
  | { readonly kind: "records"; readonly source: number; readonly partition: number; readonly records: TimedRecord[] }
  | { readonly kind: "partition ends"; readonly source: number; readonly partition: number }
  | { readonly kind: "source ends"; readonly source: number }
)

export interface History {
  /** Those with times; behind them stand those that go by the clock. */
  readonly sources: readonly TimedSource[]
  readonly untimed: number
  /** In order. */
  readonly happenings: readonly Happening[]
  /** Where the clock is looked at, one after the other; `busy`: nothing at all is done in between. */
  readonly looks: readonly { readonly at: number; readonly busy: boolean }[]
  /** First stages and steps take time; a step has to wait for others. */
  readonly slow: boolean
  readonly openStepsMax: number
  /** It is told to stop; else all sources end by themselves. */
  readonly stopsAt: number | undefined
  /** Some source is so far behind the clock that others may have to wait for it. */
  readonly mayHold: boolean
  /** What no partition is behind the clock by more, where all of them go on to the end; else undefined. */
  readonly behindMs: number | undefined
}

export function drawHistory(seed: number): History {
  const random = randomOf("history", seed)
  const below = (n: number): number => Math.floor(random() * n)
  const isSteady = random() < 0.2
  const lengthMs = 200 + below(400)
  const untimed = random() < 0.25 ? 1 : 0
  const shift = isSteady ? 0 : [0, 0, 1_000, 7][below(4)]!
  const behind: number[] = [] // the clock, by source
  const sources = Array.from({ length: 1 + below(2) }, (): TimedSource => ({
    partitions: 1 + below(3),
    slackMs: [0, 5, 10, 25, 40][below(5)]!,
    idleMs: isSteady ? 10_000 : [undefined, undefined, 0, 10, 33, 60][below(6)],
    aheadMs: random() < 0.5 ? 20 : undefined,
  }))
  const ids = { next: 0 }
  const happenings = sources.flatMap((source, index) => {
    behind.push(shift + (isSteady ? 0 : [0, 0, 100, 3_000][below(4)]!))
    const ofPartitions = Array.from({ length: source.partitions }, (_, partition) =>
      drawPartition(random, { source, index, partition, behind: behind[index]!, isSteady, lengthMs, ids }),
    )
    const ends = ofPartitions.map((ofPartition) => ofPartition.find(({ kind }) => kind === "partition ends")?.at)
    const at = Math.max(...ends.map((end) => end ?? STARTS_AT + lengthMs)) // a source ends with the last of them
    return [...ofPartitions.flat(), { at, kind: "source ends" as const, source: index }]
  })
  for (let index = sources.length; index < sources.length + untimed; index++) {
    for (let at = STARTS_AT + 1 + below(30); at < STARTS_AT + lengthMs; at += 1 + below(25)) {
      happenings.push({ at, kind: "records", source: index, partition: 0, records: [{ id: ids.next++, at }] })
    }
    happenings.push({ at: STARTS_AT + lengthMs, kind: "source ends", source: index })
  }
  return {
    sources,
    untimed,
    happenings: happenings.toSorted((a, b) => a.at - b.at),
    looks: drawLooks(random, lengthMs, isSteady),
    slow: !isSteady && random() < 0.4,
    openStepsMax: [1, 3, 1_000, 1_000][below(4)]!,
    stopsAt: random() < 0.3 ? STARTS_AT + below(lengthMs) : undefined,
    mayHold: (untimed > 0 ? Math.max(...behind) : Math.max(...behind) - Math.min(...behind)) > 400,
    behindMs: isSteady ? GAP_MS + DELAY_MS : undefined,
  }
}

/** Of steady partitions: between two groups of records, and how far a record is behind the clock at most. */
const GAP_MS = 8
const DELAY_MS = 5

interface PartitionDraw {
  readonly source: TimedSource
  readonly index: number
  readonly partition: number
  readonly behind: number
  readonly isSteady: boolean
  readonly lengthMs: number
  readonly ids: { next: number }
}

function drawPartition(
  random: Random,
  { source, index, partition, behind, isSteady, lengthMs, ids }: PartitionDraw,
): Happening[] {
  const below = (n: number): number => Math.floor(random() * n)
  const happenings: Happening[] = []
  const end = STARTS_AT + (isSteady || random() < 0.6 ? lengthMs : below(lengthMs))
  const gapMs = isSteady ? GAP_MS : [3, 15, 60][below(3)]!
  const isSilent = !isSteady && random() < 0.1
  for (let at = STARTS_AT + 1 + below(gapMs); at < end && !isSilent; at += 1 + below(gapMs)) {
    const records = Array.from({ length: 1 + below(3) }, (): TimedRecord => {
      const time = at - behind - drawDelay(random, source.slackMs, isSteady)
      return { id: ids.next++, at: drawFault(random, time, at, source) }
    })
    // The first of a steady one says where it is.
    if (isSteady) records[0] = { id: ids.next++, at: at - behind - below(DELAY_MS + 1) }
    happenings.push({ at, kind: "records", source: index, partition, records })
    if (!isSteady && random() < 0.05) at += below(150)
  }
  if (!isSteady && random() < 0.3) happenings.push({ at: end, kind: "partition ends", source: index, partition })
  return happenings
}

function drawDelay(random: Random, slackMs: number, isSteady: boolean): number {
  const kind = random()
  if (isSteady || kind < 0.6) return Math.floor(random() * (DELAY_MS + 1))
  return Math.floor(random() * (kind < 0.85 ? slackMs + 1 : slackMs + 80))
}

/** Now and then a clock that is wrong, or no time at all. */
function drawFault(random: Random, time: number, now: number, { aheadMs }: TimedSource): number {
  const kind = random()
  if (kind < 0.02) return NaN
  if (kind < 0.05 && aheadMs !== undefined) return now + aheadMs + 30 + Math.floor(random() * 1_000)
  return time
}

function drawLooks(random: Random, lengthMs: number, isSteady: boolean): History["looks"] {
  const looks: { at: number; busy: boolean }[] = []
  const leaps = !isSteady && random() < 0.4
  let at = STARTS_AT
  while (at < STARTS_AT + lengthMs + 300) {
    const busy = leaps && random() < 0.1
    at += busy ? 20 + Math.floor(random() * 180) : 1 + Math.floor(random() * 12)
    looks.push({ at, busy })
  }
  return looks
}
