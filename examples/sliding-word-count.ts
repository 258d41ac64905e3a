/**
 * Words of the past three seconds, every second: `reduceByWindow` adds what comes into the window and subtracts what
 * leaves it, so a longer window costs no more.
 *
 *     millrace run examples/sliding-word-count.ts
 *
 * prints
 *
 *     ── words of the past 3 s · 2025-01-06 09:00:00.000Z ────────
 *     be   2
 *     to   2
 *     or   1
 *     not  1
 *     (4 keys touched, 4 held)
 *     ── words of the past 3 s · 2025-01-06 09:00:01.000Z ────────
 *     is        1
 *     question  1
 *     that      1
 *     the       1
 *     (4 keys touched, 8 held)
 *     ── words of the past 3 s · 2025-01-06 09:00:02.000Z ────────
 *     sleep  1
 *     to     4
 *     die    1
 *     (3 keys touched, 10 held)
 *     ── words of the past 3 s · 2025-01-06 09:00:03.000Z ────────
 *     sleep  2
 *     dream  1
 *     to     4
 *     (3 keys touched, 3 ended, 8 held)
 *     ── words of the past 3 s · 2025-01-06 09:00:04.000Z ────────
 *     (0 keys touched, 4 ended, 4 held)
 *     ── words of the past 3 s · 2025-01-06 09:00:05.000Z ────────
 *     sleep  1
 *     to     2
 *     (2 keys touched, 1 ended, 3 held)
 *     ── words of the past 3 s · 2025-01-06 09:00:06.000Z ────────
 *     (0 keys touched, 3 ended, 0 held)
 */
import { batches, job, words } from "millrace"

const lines = [
  { at: "09:00:00", text: "to be or not to be" },
  { at: "09:00:01", text: "that is the question" },
  { at: "09:00:02", text: "to die to sleep" },
  { at: "09:00:03", text: "to sleep to dream" },
]

export default job({ name: "sliding-word-count" }, ({ readStream }) => {
  const counts = readStream(batches([lines]), "1s", { time: ({ at }) => new Date(`2025-01-06T${at}Z`) })
    .map(({ text }) => text)
    .flatMap(words())
    .map((word) => [word, 1])
    .reduceByWindow(
      "3s",
      (a, b) => a + b,
      (sum, leaving) => sum - leaving,
    )
  counts.print({ name: "words of the past 3 s" })
})
