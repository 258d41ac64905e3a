/** Which programs a proof draws, what it says of them, and how a failure is seen again. */
import { inspect } from "node:util"
import type { Description } from "./description.ts"

const SEED = 20_130_911

/** On another Node.js it is Node.js that may differ, not the programs: fewer will do. */
export const onSecondPass = (programs: number): number =>
  process.env["MILLRACE_SECOND_PASS"] === "1" ? Math.ceil(programs / 5) : programs

/** `MILLRACE_SEED` is the first program's number, `MILLRACE_PROGRAMS` says how many there are. */
export function seedsOf(programs: number): number[] {
  const first = Number(process.env["MILLRACE_SEED"] ?? SEED)
  return Array.from({ length: Number(process.env["MILLRACE_PROGRAMS"] ?? programs) }, (_, index) => first + index)
}

/** @throws what is needed to see a failure again, if there is a difference */
export function requireSame(seed: number, description: Description, difference: string | undefined): void {
  if (difference === undefined) return
  const shown = inspect(description, { depth: 20, breakLength: 120, maxArrayLength: 1000, maxStringLength: 1000 })
  throw new Error(
    `program ${seed} differs; MILLRACE_SEED=${seed} MILLRACE_PROGRAMS=1 runs it alone\n${difference}\n${shown}`,
  )
}

/** Past the test runner, which shows what a test writes to its console only if it fails. */
export function say(text: string): void {
  process.stdout.write(`${text}\n`)
}

export const countsOf = (things: readonly string[], counts: Map<string, number> = new Map()): Map<string, number> => {
  for (const thing of things) counts.set(thing, (counts.get(thing) ?? 0) + 1)
  return counts
}

export const showCounts = (counts: ReadonlyMap<string, number>): string =>
  [...counts]
    .toSorted(([, a], [, b]) => b - a)
    .map(([thing, count]) => `${thing} ${count}`)
    .join(", ")
