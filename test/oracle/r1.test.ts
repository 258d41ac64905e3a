import { test } from "vitest"
import { proveAgainstReference } from "./r1-proof.ts"
import { onSecondPass } from "./seeds.ts"

test("R1: random programs give what the reference gives", () => proveAgainstReference(onSecondPass(3_000)), 600_000)
