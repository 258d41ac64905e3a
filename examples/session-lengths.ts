/**
 * How long do users stay, and what do they look at? `reduceBySession` joins views of one user that are less than 30
 * seconds apart, and gives a session when it is over.
 *
 *     millrace run examples/session-lengths.ts
 *
 * prints
 *
 *     ── sessions · 2025-01-06 09:00:39.000Z ─────────────────────
 *     bob: 0 s, /home
 *     ── sessions · 2025-01-06 09:01:09.000Z ─────────────────────
 *     ann: 40 s, /home → /docs → /pricing
 *     ── sessions · 2025-01-06 09:02:29.000Z ─────────────────────
 *     ann: 0 s, /home
 */
import { batches, job } from "millrace"

const history = [
  { at: "09:00:00", user: "ann", page: "/home" },
  { at: "09:00:10", user: "bob", page: "/home" },
  { at: "09:00:15", user: "ann", page: "/docs" },
  { at: "09:00:40", user: "ann", page: "/pricing" },
  { at: "09:02:00", user: "ann", page: "/home" },
]

export default job({ name: "session-lengths" }, ({ readStream }) => {
  const views = readStream(batches([history]), "1s", { time: ({ at }) => new Date(`2025-01-06T${at}Z`) })
  views
    .map(({ user, page }) => [user, page])
    .reduceBySession("30s", (pages, page) => `${pages} → ${page}`)
    .map(([user, { start, end, value }]) => `${user}: ${(end - start) / 1_000} s, ${value}`)
    .print({ name: "sessions" })
})
