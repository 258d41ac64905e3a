import { test } from "vitest"
import { proveLateAndIdle } from "./r18-proof.ts"

test("R18: more histories", () => void proveLateAndIdle(10_000))
