import { test } from "vitest"
import { proveAnyOrderSameBytes, proveAnyPartitionsSameRows, proveThreadsSameBytes } from "./r2-proof.ts"
import { onSecondPass } from "./seeds.ts"

test(
  "R2: any workers, any order of tasks, any form of the loops: the same rows in the same order",
  () => proveAnyOrderSameBytes(onSecondPass(200)),
  300_000,
)

test("R2: any number of partitions: the same rows", () => proveAnyPartitionsSameRows(onSecondPass(120)), 300_000)

test("R2: worker threads: the same rows in the same order", () => proveThreadsSameBytes(onSecondPass(25)), 300_000)
