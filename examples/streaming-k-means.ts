/**
 * Streaming k-means: three centers that move, step by step, to where the points are. The model is a state (`track`)
 * under one key, which takes in a step's points as one event; each point then meets the model in a join. The mean
 * distance to the nearest center falls towards 3.83, that of points spread evenly around it.
 *
 *     millrace run examples/streaming-k-means.ts
 *
 * prints
 *
 *     ── centers · 2026-11-24 09:00:00.000Z ──────────────────────
 *     (16.7, 16.7)
 *     (43.1, 20.1)
 *     (29.8, 46.3)
 *     ── mean distance · 2026-11-24 09:00:00.000Z ────────────────
 *     10.36
 *     ── centers · 2026-11-24 09:00:00.100Z ──────────────────────
 *     (14.3, 14.3)
 *     (45.2, 20.0)
 *     (29.7, 50.3)
 *     ── mean distance · 2026-11-24 09:00:00.100Z ────────────────
 *     7.64
 *     ── centers · 2026-11-24 09:00:00.200Z ──────────────────────
 *     (13.2, 12.8)
 *     (46.4, 19.8)
 *     (30.0, 53.6)
 *     ── mean distance · 2026-11-24 09:00:00.200Z ────────────────
 *     5.83
 *     ── centers · 2026-11-24 09:00:00.300Z ──────────────────────
 *     (12.3, 12.1)
 *     (47.5, 20.0)
 *     (30.0, 55.7)
 *     ── mean distance · 2026-11-24 09:00:00.300Z ────────────────
 *     4.90
 *     ── centers · 2026-11-24 09:00:00.400Z ──────────────────────
 *     (11.4, 11.3)
 *     (47.9, 20.2)
 *     (29.8, 57.2)
 *     ── mean distance · 2026-11-24 09:00:00.400Z ────────────────
 *     4.22
 *     ── centers · 2026-11-24 09:00:00.500Z ──────────────────────
 *     (11.0, 11.0)
 *     (48.5, 19.7)
 *     (30.1, 58.3)
 *     ── mean distance · 2026-11-24 09:00:00.500Z ────────────────
 *     4.24
 */
import { generate, job } from "millrace"

type Point = readonly [x: number, y: number]
interface Center {
  readonly at: Point
  /** How many points it stands for; older ones count less and less. */
  readonly weight: number
}

const GROUPS: readonly Point[] = [
  [10, 10],
  [50, 20],
  [30, 60],
]
const START: readonly Center[] = [
  { at: [20, 20], weight: 60 },
  { at: [40, 20], weight: 60 },
  { at: [30, 40], weight: 60 },
]
/** What a point of an earlier step still counts. */
const DECAY = 0.7

const distance = ([x, y]: Point, [otherX, otherY]: Point): number => Math.hypot(x - otherX, y - otherY)

function nearest(point: Point, centers: readonly Center[]): number {
  const distances = centers.map(({ at }) => distance(point, at))
  return distances.indexOf(Math.min(...distances))
}

/** Each center moves to where its points are, old and new. */
function learn(centers: readonly Center[], points: readonly Point[]): Center[] {
  const groups = points.map((point) => nearest(point, centers))
  return centers.map(({ at, weight }, index) => {
    const mine = points.filter((_, i) => groups[i] === index)
    const total = weight * DECAY + mine.length
    const mean = (axis: 0 | 1): number =>
      total === 0 ? at[axis] : mine.reduce((sum, point) => sum + point[axis], at[axis] * weight * DECAY) / total
    return { at: [mean(0), mean(1)], weight: total }
  })
}

export default job({ name: "streaming-k-means" }, ({ readStream }) => {
  const points = readStream(
    generate({ rate: 600, seed: 3, count: 360 }, (i, random): Point => {
      const [x, y] = GROUPS[i % GROUPS.length]!
      return [x + 10 * (random() - 0.5), y + 10 * (random() - 0.5)]
    }),
    "100ms",
  )
  const keyed = points.map((point) => ["model", point])
  const model = keyed.groupByKey().track(
    (_, batch) => learn(START, batch),
    (_, centers, batch) => learn(centers, batch),
    "forever",
  )
  model
    .changes()
    .flatMap(([, centers]) => centers.map(({ at: [x, y] }) => `(${x.toFixed(1)}, ${y.toFixed(1)})`))
    .print({ name: "centers" })
  keyed
    .join(model)
    .map(([, [point, centers]]) => distance(point, centers[nearest(point, centers)]!.at))
    .map((distance) => ({ sum: distance, n: 1 }))
    .reduce((a, b) => ({ sum: a.sum + b.sum, n: a.n + b.n }))
    .map(({ sum, n }) => (sum / n).toFixed(2))
    .print({ name: "mean distance" })
})
