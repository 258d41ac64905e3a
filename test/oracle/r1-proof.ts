/**
 * R1: random programs over random input against the reference: every output at every step, rows in order; what the
 * step log says each step has; records and skipped records in all; keys held after each step. No difference is allowed.
 */
import { expect } from "vitest"
import { InlineEngine } from "#src/engine/inline.js"
import type { Description } from "./description.ts"
import { verbs } from "./description.ts"
import { differenceFromReference } from "./find-difference.ts"
import { drawProgram, neighbours, neighboursIn } from "./random-program.ts"
import { runProgram } from "./run-program.ts"
import { countsOf, requireSame, say, seedsOf, showCounts } from "./seeds.ts"

/** From so many programs on, every operator and every pair of neighbours must have been drawn. */
const PROGRAMS_FOR_ALL = 1_000

export async function proveAgainstReference(programs: number): Promise<void> {
  const seeds = seedsOf(programs)
  const [verbCounts, pairCounts] = [new Map<string, number>(), new Map<string, number>()]
  for (const seed of seeds) {
    const description = drawProgram(seed)
    requireSame(seed, description, await differenceOfProgram(seed, description))
    countsOf(
      description.operators.map(({ verb }) => verb),
      verbCounts,
    )
    countsOf(neighboursIn(description), pairCounts)
  }
  say(`R1: ${seeds.length} programs from seed ${seeds[0]}, 0 differences`)
  say(`R1: operators drawn: ${showCounts(verbCounts)}`)
  say(`R1: ${pairCounts.size} pairs of neighbours drawn: ${showCounts(pairCounts)}`)
  if (seeds.length < PROGRAMS_FOR_ALL) return
  expect([...verbCounts.keys()].toSorted()).toEqual([...verbs].toSorted())
  expect([...pairCounts.keys()].toSorted()).toEqual([...neighbours].toSorted())
}

/** One program of R1, run in the manner that goes with its seed. */
async function differenceOfProgram(seed: number, description: Description): Promise<string | undefined> {
  const manner = { loops: seed % 4 === 0 ? "closures" : "generated", strict: seed % 3 !== 0 } as const
  const run = await runProgram(description, { engine: (loaded) => new InlineEngine(() => loaded.loadAgain(), manner) })
  return differenceFromReference(description, run)
}
