import { test } from "vitest"
import { proveCorruption } from "./corruption-proof.ts"

test("what is damaged is refused by name, or does not matter", () => proveCorruption(60), 600_000)
