import { expect, test } from "vitest"
import { emptyAccount } from "#src/compute/account.js"
import { StepLedger } from "#src/driver/step-ledger.js"

// Found by R1: with steps in flight, a step's report counted the keys of later steps.
test("a step's report has the keys held after it, also if a later step has got further by then", () => {
  const ledger = new StepLedger(1_000)
  ledger.opened(7, 0)
  ledger.opened(8, 0)
  ledger.held(7, 0, 0, 2)
  ledger.held(7, 0, 1, 1)
  ledger.held(8, 0, 0, 5)
  expect(ledger.finished(7, 0).stateKeys).toBe(3)
  expect(ledger.finished(8, 0).stateKeys).toBe(6) // partition 1 as step 7 left it
})

test("accounts enter the totals when their step is finished", () => {
  const ledger = new StepLedger(1_000)
  ledger.opened(7, 0)
  ledger.add(7, { ...emptyAccount(), records: 2, skipped: 1 })
  ledger.add(7, { ...emptyAccount(), records: 3 })
  expect(ledger.totals.records).toBe(0)
  expect(ledger.finished(7, 0)).toMatchObject({ step: 7, records: 5, skipped: 1 })
  expect(ledger.totals).toMatchObject({ records: 5, skipped: 1 })
})
