/** The suites of `millrace/testing` as tests of this project's runner. */
import { rangeSourceContract as rangeTests, receiveSourceContract as receiveTests } from "millrace/testing"
import type { ContractTest, RangeCase, ReceiveCase } from "millrace/testing"
import { describe, test } from "vitest"

export function receiveSourceContract(name: string, given: ReceiveCase): void {
  runAll(`${name} keeps the contract of a receive source`, receiveTests(given))
}

export function rangeSourceContract(name: string, given: RangeCase): void {
  runAll(`${name} keeps the contract of a range source`, rangeTests(given))
}

function runAll(name: string, tests: readonly ContractTest[]): void {
  describe(name, () => {
    for (const { name, run } of tests) test(name, run)
  })
}
