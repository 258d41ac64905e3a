import { test } from "vitest"
import { proveAgainstReference } from "./r1-proof.ts"

/** On another Node.js it is Node.js that may differ, not the programs: fewer will do. */
const programs = process.env["MILLRACE_SECOND_PASS"] === "1" ? 2_000 : 10_000

test("R1: random programs give what the reference gives", () => proveAgainstReference(programs), 600_000)
