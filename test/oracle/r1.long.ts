import { test } from "vitest"
import { proveAgainstReference } from "./r1-proof.ts"

test("R1: 15,000 random programs give what the reference gives", () => proveAgainstReference(15_000))
