/**
 * Alerts on a log that is followed: three errors of one service within ten seconds, looked at every five. `tail` goes on
 * as the log grows; this one has half a minute in it, by the times that its lines have.
 *
 *     millrace run examples/log-alerts/log-alerts.ts --steps 30
 *
 * prints
 *
 *     ── alerts · 2025-01-06 09:00:14.000Z ───────────────────────
 *     checkout  5
 *     ── alerts · 2025-01-06 09:00:19.000Z ───────────────────────
 *     checkout  3
 */
import { grep, job, tail } from "millrace"
import * as v from "valibot"

const params = v.object({ file: v.optional(v.string()) })

export default job({ name: "log-alerts", params }, ({ readText, params }) => {
  // 2025-01-06T09:00:09Z checkout ERROR payment refused
  const log = tail(params.file ?? new URL("./app.log", import.meta.url), { from: "start" })
  const lines = readText(log, "1s", { time: (line) => new Date(line.split(" ")[0]!) })
  lines
    .filter(grep("ERROR"))
    .map((line) => line.split(" ")[1]!)
    .window("10s", "5s")
    .countByValue()
    .filter(([, errors]) => errors >= 3)
    .print({ name: "alerts" })
})
