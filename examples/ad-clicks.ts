/**
 * Which ads are clicked? Each impression meets its click if that comes within ten minutes, and comes out without one
 * when they are over: `leftJoinWithin`.
 *
 *     millrace run examples/ad-clicks.ts
 *
 * prints
 *
 *     ── outcomes · 2025-01-06 09:03:00.000Z ─────────────────────
 *     boots 1, shown 09:00:00: clicked 09:03:00
 *     ── by ad · 2025-01-06 09:03:00.000Z ────────────────────────
 *     boots  { shown: 1, clicked: 1 }
 *     ── outcomes · 2025-01-06 09:09:00.000Z ─────────────────────
 *     tents 4, shown 09:04:00: clicked 09:09:00
 *     ── by ad · 2025-01-06 09:09:00.000Z ────────────────────────
 *     tents  { shown: 1, clicked: 1 }
 *     ── outcomes · 2025-01-06 09:11:00.000Z ─────────────────────
 *     boots 2, shown 09:01:00: not clicked
 *     ── by ad · 2025-01-06 09:11:00.000Z ────────────────────────
 *     boots  { shown: 2, clicked: 1 }
 *     ── outcomes · 2025-01-06 09:12:00.000Z ─────────────────────
 *     tents 3, shown 09:02:00: not clicked
 *     ── by ad · 2025-01-06 09:12:00.000Z ────────────────────────
 *     tents  { shown: 2, clicked: 1 }
 */
import { batches, job } from "millrace"

const shown = [
  { at: "09:00:00", id: 1, ad: "boots" },
  { at: "09:01:00", id: 2, ad: "boots" },
  { at: "09:02:00", id: 3, ad: "tents" },
  { at: "09:04:00", id: 4, ad: "tents" },
]
const clicked = [
  { at: "09:03:00", id: 1 },
  { at: "09:09:00", id: 4 },
  { at: "09:14:00", id: 2 }, // 13 minutes later: counted as not clicked
]

export default job({ name: "ad-clicks", interval: "1s" }, ({ readStream }) => {
  const time = ({ at }: { at: string }): Date => new Date(`2025-01-06T${at}Z`)
  const impressions = readStream(batches([shown]), { time })
  const clicks = readStream(batches([clicked]), { time })

  const outcomes = impressions
    .map(({ id, ad, at }) => [id, { ad, at }])
    .leftJoinWithin(
      clicks.map(({ id, at }) => [id, at]),
      "10m",
    )
  outcomes
    .map(
      ([id, [{ ad, at }, click]]) =>
        `${ad} ${id}, shown ${at}: ${click === undefined ? "not clicked" : `clicked ${click}`}`,
    )
    .print({ name: "outcomes" })
  outcomes
    .map(([, [{ ad }, click]]) => [ad, { shown: 1, clicked: click === undefined ? 0 : 1 }])
    .runningReduce((a, b) => ({ shown: a.shown + b.shown, clicked: a.clicked + b.clicked }))
    .changes()
    .print({ name: "by ad" })
})
