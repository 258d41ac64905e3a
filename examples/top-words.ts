/**
 * The three most frequent words of the past 30 seconds, every 10 seconds: a sliding window of counts, then `topK`.
 *
 *     millrace run examples/top-words.ts
 *
 * prints
 *
 *     ── top words of the past 30 s · 2025-01-06 09:00:09.000Z ───
 *     to  313
 *     be  152
 *     or  123
 *     ── top words of the past 30 s · 2025-01-06 09:00:19.000Z ───
 *     to  660
 *     be  315
 *     or  235
 *     ── top words of the past 30 s · 2025-01-06 09:00:29.000Z ───
 *     to  1001
 *     be   457
 *     or   347
 *     ── top words of the past 30 s · 2025-01-06 09:00:39.000Z ───
 *     to  1034
 *     be   449
 *     or   347
 *     ── top words of the past 30 s · 2025-01-06 09:00:49.000Z ───
 *     to  687
 *     be  286
 *     or  235
 *     ── top words of the past 30 s · 2025-01-06 09:00:59.000Z ───
 *     to  346
 *     be  144
 *     or  123
 */
import { generate, job } from "millrace"

const WORDS = ["to", "be", "or", "not", "that", "is", "the", "question"]

/** Nine in the morning. */
const NINE = Date.UTC(2025, 0, 6, 9)

export default job({ name: "top-words" }, ({ readStream }) => {
  const words = readStream(
    generate({ rate: 10_000, seed: 7, count: 4_000 }, (i, random) => ({
      at: NINE + 10 * i,
      word: WORDS[Math.floor(random() ** 2 * WORDS.length)]!,
    })),
    "1s",
    { time: ({ at }) => at },
  )
  words
    .map(({ word }) => [word, 1])
    .reduceByWindow(
      "30s",
      (a, b) => a + b,
      (sum, leaving) => sum - leaving,
      { slide: "10s" },
    )
    .topK(3)
    .print({ name: "top words of the past 30 s" })
})
