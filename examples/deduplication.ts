/**
 * Payments that are delivered more than once count once: `distinctBy` remembers each id for an hour.
 *
 *     millrace run examples/deduplication.ts
 *
 * prints
 *
 *     ── payments · 2026-11-24 09:00:00.000Z ─────────────────────
 *     2
 *     ── cents by account · 2026-11-24 09:00:00.000Z ─────────────
 *     bob  120
 *     ann  500
 *     (2 keys touched, 2 held)
 *     ── payments · 2026-11-24 09:00:00.200Z ─────────────────────
 *     1
 *     ── cents by account · 2026-11-24 09:00:00.200Z ─────────────
 *     ann  750
 *     (1 key touched, 2 held)
 */
import { batches, job } from "millrace"

const batch1 = [
  { id: "p1", account: "ann", cents: 500 },
  { id: "p2", account: "bob", cents: 120 },
]
const batch2 = [
  { id: "p2", account: "bob", cents: 120 },
  { id: "p3", account: "ann", cents: 250 },
  { id: "p3", account: "ann", cents: 250 },
]

export default job({ name: "deduplication" }, ({ readStream }) => {
  const payments = readStream(batches([batch1, batch2]), "200ms").distinctBy(({ id }) => id, "1h")
  payments.count().print({ name: "payments" })
  payments
    .map(({ account, cents }) => [account, cents])
    .runningReduce((a, b) => a + b)
    .print({ name: "cents by account" })
})
