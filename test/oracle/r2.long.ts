import { test } from "vitest"
import { proveAnyOrderSameBytes, proveAnyPartitionsSameRows, proveThreadsSameBytes } from "./r2-proof.ts"

test("R2: any workers, any order of tasks, any form of the loops: the same rows in the same order", () =>
  proveAnyOrderSameBytes(2_000))

test("R2: any number of partitions: the same rows", () => proveAnyPartitionsSameRows(1_000))

test("R2: worker threads: the same rows in the same order", () => proveThreadsSameBytes(120))
