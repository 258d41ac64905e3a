/**
 * Views counted by the second in which they were made, not in which they came. A step waits a second for stragglers
 * (`slack`); what comes later still is in `late()`, and corrects the count that was published without it.
 *
 *     millrace run examples/late-counts.ts
 *
 * prints
 *
 *     ── in time · 2025-01-06 09:00:00.000Z ──────────────────────
 *     2
 *     ── corrected · 2025-01-06 09:00:00.000Z ────────────────────
 *     09:00:00 /home  2
 *     ── in time · 2025-01-06 09:00:01.000Z ──────────────────────
 *     1
 *     ── corrected · 2025-01-06 09:00:01.000Z ────────────────────
 *     09:00:01 /docs  1
 *     ── in time · 2025-01-06 09:00:02.000Z ──────────────────────
 *     0
 *     ── corrected · 2025-01-06 09:00:02.000Z ────────────────────
 *     09:00:01 /docs  2
 *     ── in time · 2025-01-06 09:00:03.000Z ──────────────────────
 *     2
 *     ── corrected · 2025-01-06 09:00:03.000Z ────────────────────
 *     09:00:03 /home  2
 *     ── in time · 2025-01-06 09:00:04.000Z ──────────────────────
 *     0
 *     ── in time · 2025-01-06 09:00:05.000Z ──────────────────────
 *     1
 *     ── corrected · 2025-01-06 09:00:05.000Z ────────────────────
 *     09:00:05 /home  1
 */
import { batches, job } from "millrace"

const arrivals = [
  [
    { at: "09:00:00", url: "/home" },
    { at: "09:00:00", url: "/home" },
    { at: "09:00:01", url: "/docs" },
    { at: "09:00:03", url: "/home" },
  ],
  [
    { at: "09:00:01", url: "/docs" },
    { at: "09:00:03", url: "/home" },
    { at: "09:00:05", url: "/home" },
  ],
]

export default job({ name: "late-counts" }, ({ readStream }) => {
  const views = readStream(batches(arrivals), "1s", {
    time: ({ at }) => new Date(`2025-01-06T${at}Z`),
    slack: "1s",
    idleAfter: "1m", // a source that is silent for so long holds no step back any more
  })
  views.count().print({ name: "in time" })
  const late = views.late().map(({ record }) => record)
  views
    .union(late)
    .map(({ at, url }) => [`${at} ${url}`, 1])
    .runningReduce((a, b) => a + b)
    .changes()
    .print({ name: "corrected" })
})
