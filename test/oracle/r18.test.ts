import { expect, test } from "vitest"
import { proveLateAndIdle } from "./r18-proof.ts"
import { onSecondPass } from "./seeds.ts"

const histories = onSecondPass(1_000)

test("R18: late and idle: windows close in time, and every record is counted once", () => {
  const totals = proveLateAndIdle(histories)
  if (totals.histories < histories) return
  // A proof that meets none of them proves nothing.
  for (const count of [totals.inTime, totals.late, totals.early, totals.invalid, totals.closings]) {
    expect(count).toBeGreaterThan(histories / 2)
  }
}, 300_000)
