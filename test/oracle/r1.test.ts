import { test } from "vitest"
import { proveAgainstReference } from "./r1-proof.ts"

test("R1: 10,000 random programs give what the reference gives", () => proveAgainstReference(10_000), 600_000)
