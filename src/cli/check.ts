/** `millrace check FILE`: shows how a job would run, without running it. */
import path from "node:path"
import type { StartOptions } from "../api/running.ts"
import { planProgram } from "../api/start.ts"
import { describePlan, showDescription } from "../plan/describe.ts"
import { jsonLine } from "./json-lines.ts"
import type { Screen } from "./screen.ts"

/** @throws what keeps the job from starting, as far as it can be told before its sources are opened */
export async function check(file: string, options: StartOptions, asJson: boolean, screen: Screen): Promise<void> {
  const { params, interval, partitions } = options
  const { plan, original } = await planProgram(file, { params, interval, partitions })
  const described = describePlan(plan, original)
  await screen.print(asJson ? jsonLine(described) : showDescription(described, fromHere))
}

/** A path as one would type it here. */
function fromHere(place: string): string {
  const relative = path.relative(process.cwd(), place)
  return relative.startsWith("..") || path.isAbsolute(relative) ? place : relative
}
