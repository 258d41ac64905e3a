/**
 * Sessions by what users do: a click begins one, "exit" ends it, and so do 30 seconds without a click. `track` keeps
 * a state for each user; here it is the number of clicks.
 *
 *     millrace run examples/sessions.ts
 *
 * prints
 *
 *     ── active · 2025-01-06 09:00:00.000Z ───────────────────────
 *     2
 *     ── active · 2025-01-06 09:00:01.000Z ───────────────────────
 *     2
 *     ── active · 2025-01-06 09:00:02.000Z ───────────────────────
 *     1
 *     ── ended · 2025-01-06 09:00:02.000Z ────────────────────────
 *     ann  { state: 2, why: 'null' }
 *     ── active · 2025-01-06 09:00:03.000Z ───────────────────────
 *     1
 *     ── active · 2025-01-06 09:00:30.000Z ───────────────────────
 *     0
 *     ── ended · 2025-01-06 09:00:30.000Z ────────────────────────
 *     bob  { state: 1, why: 'timeout' }
 *     ── active · 2025-01-06 09:00:31.000Z ───────────────────────
 *     0
 *     ── active · 2025-01-06 09:00:32.000Z ───────────────────────
 *     0
 */
import { batches, job } from "millrace"

const history = [
  { at: "09:00:00", user: "ann", action: "enter" },
  { at: "09:00:00", user: "bob", action: "enter" },
  { at: "09:00:01", user: "ann", action: "view" },
  { at: "09:00:02", user: "ann", action: "exit" },
]

export default job({ name: "sessions" }, ({ readStream }) => {
  const clicks = readStream(batches([history]), "1s", { time: ({ at }) => new Date(`2025-01-06T${at}Z`) })
  const events = clicks.map(({ user, action }) => [user, action])
  const sessions = events.track(
    () => 1,
    (_user, clicks, action) => (action === "exit" ? null : clicks + 1),
    "30s",
  )
  sessions.count().print({ name: "active" })
  sessions.ended().print({ name: "ended" })
})
