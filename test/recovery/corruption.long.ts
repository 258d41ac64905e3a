import { test } from "vitest"
import { proveCorruption } from "./corruption-proof.ts"

test("R17: of 1,000 damages each is refused by name, or does not matter", () => proveCorruption(1_000))
