/**
 * Streaming linear regression: what a flat costs, by its area. A line of least squares needs five sums and nothing else,
 * so the model is a `runningReduce`, added up on all workers at once. Flats without a price meet it in a join. The
 * largest error of its answers falls as more sales are known.
 *
 *     millrace run examples/streaming-regression.ts
 *
 * prints
 *
 *     ── model · 2026-11-24 09:00:00.000Z ────────────────────────
 *     price = 21.2 + 3.65 × area
 *     ── largest error · 2026-11-24 09:00:00.000Z ────────────────
 *     57.5
 *     ── model · 2026-11-24 09:00:00.100Z ────────────────────────
 *     price = 28.3 + 3.40 × area
 *     ── largest error · 2026-11-24 09:00:00.100Z ────────────────
 *     34.2
 *     ── model · 2026-11-24 09:00:00.200Z ────────────────────────
 *     price = 45.4 + 3.09 × area
 *     ── largest error · 2026-11-24 09:00:00.200Z ────────────────
 *     16.3
 *     ── model · 2026-11-24 09:00:00.300Z ────────────────────────
 *     price = 40.9 + 3.12 × area
 *     ── largest error · 2026-11-24 09:00:00.300Z ────────────────
 *     14.5
 *     ── model · 2026-11-24 09:00:00.400Z ────────────────────────
 *     price = 49.3 + 2.97 × area
 *     ── largest error · 2026-11-24 09:00:00.400Z ────────────────
 *     8.7
 *     ── model · 2026-11-24 09:00:00.500Z ────────────────────────
 *     price = 46.1 + 2.99 × area
 *     ── largest error · 2026-11-24 09:00:00.500Z ────────────────
 *     5.9
 */
import { generate, job } from "millrace"

interface Flat {
  area: number
  price: number
}

/** Prices in thousands: 40, and 3 for each square metre, and what nobody can explain. */
const priced = (random: () => number, unexplained: number): Flat => {
  const area = 20 + Math.floor(random() * 100)
  return { area, price: 40 + 3 * area + unexplained * (random() - 0.5) }
}

interface Sums {
  n: number
  x: number
  y: number
  xx: number
  xy: number
}

const sumsOf = ({ area: x, price: y }: Flat): Sums => ({ n: 1, x, y, xx: x * x, xy: x * y })
const add = (a: Sums, b: Sums): Sums => ({
  n: a.n + b.n,
  x: a.x + b.x,
  y: a.y + b.y,
  xx: a.xx + b.xx,
  xy: a.xy + b.xy,
})

/** The line with the least squares of errors, y = offset + slope * x. */
function lineOf({ n, x, y, xx, xy }: Sums): { slope: number; offset: number } {
  const slope = (n * xy - x * y) / (n * xx - x * x)
  return { slope, offset: (y - slope * x) / n }
}

export default job({ name: "streaming-regression", interval: "100ms" }, ({ readStream }) => {
  const sold = readStream(generate({ rate: 40, seed: 5, count: 24 }, (_, random) => priced(random, 100)))
  const asked = readStream(generate({ rate: 200, seed: 6, count: 120 }, (_, random) => priced(random, 0)))

  const sums = sold.map((flat) => ["model", sumsOf(flat)]).runningReduce(add)
  sums
    .changes()
    .map(([, sums]) => lineOf(sums))
    .map(({ slope, offset }) => `price = ${offset.toFixed(1)} + ${slope.toFixed(2)} × area`)
    .print({ name: "model" })

  asked
    .map((flat) => ["model", flat])
    .join(sums)
    .map(([, [{ area, price }, sums]]) => {
      const { slope, offset } = lineOf(sums)
      return Math.abs(offset + slope * area - price)
    })
    .reduce((a, b) => Math.max(a, b))
    .map((error) => error.toFixed(1))
    .print({ name: "largest error" })
})
