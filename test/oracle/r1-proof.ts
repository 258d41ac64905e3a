/**
 * R1: random programs over random input against the reference: every output at every step, rows in order; what the
 * step log says each step has; records, invalid and skipped ones in all; keys held after each step. No difference is
 * allowed. Now and then a program is drawn that has no meaning: it must be refused, with the code the rules foretell.
 */
import { expect } from "vitest"
import { headOf } from "#src/compute/head.js"
import { InlineEngine } from "#src/engine/inline.js"
import { planOf } from "#src/plan/plan.js"
import type { Description } from "./description.ts"
import { verbs } from "./description.ts"
import { codeOf, differenceFromReference } from "./find-difference.ts"
import { featuresIn } from "./features.ts"
import { neighbours, neighboursIn } from "./neighbours.ts"
import { drawProgram } from "./random-program.ts"
import type { Run } from "./run-program.ts"
import { graphOf, runProgram } from "./run-program.ts"
import { countsOf, requireSame, say, seedsOf, showCounts } from "./seeds.ts"
import type { KernelForm } from "./with-kernels.ts"
import { withKernels } from "./with-kernels.ts"

/** From so many programs on, every operator and every pair of neighbours must have been drawn. */
const PROGRAMS_FOR_ALL = 10_000

/** Pairs that none of these has are looked for in so many more, of which only those that have one are run. */
const LOOKED_AT_MAX = 2_000_000

export async function proveAgainstReference(programs: number): Promise<void> {
  const seeds = seedsOf(programs)
  const drawn = { verbs: new Map<string, number>(), pairs: new Map<string, number>() }
  const refused = new Map<string, number>()
  const features = new Map<string, number>()
  const onBytes = new Map<string, number>()
  const prove = async (seed: number, description: Description): Promise<void> => {
    const run = await runOfProgram(seed, description)
    requireSame(seed, description, differenceFromReference(description, run))
    if (run.error !== undefined) return void countsOf([codeOf(run)], refused)
    countsOf(
      description.operators.map(({ verb }) => verb),
      drawn.verbs,
    )
    countsOf(neighboursIn(description), drawn.pairs)
    countsOf(featuresIn(description), features)
    const heads = loopsOf(seed) === "generated" ? headsIn(description) : []
    countsOf(
      heads.map((head) => `${head} in ${kernelsOf(seed)}`),
      onBytes,
    )
  }
  for (const seed of seeds) await prove(seed, drawOf(seed))
  if (seeds.length >= PROGRAMS_FOR_ALL) {
    for (let seed = seeds.at(-1)! + 1; seed < seeds.at(-1)! + LOOKED_AT_MAX; seed++) {
      if (neighbours.every((pair) => drawn.pairs.has(pair))) break
      const description = drawOf(seed)
      if (neighboursIn(description).some((pair) => !drawn.pairs.has(pair))) await prove(seed, description)
    }
  }
  say(`R1: ${seeds.length} programs from seed ${seeds[0]}, 0 differences`)
  say(`R1: programs refused, as foretold: ${showCounts(refused)}`)
  say(`R1: operators drawn: ${showCounts(drawn.verbs)}`)
  say(`R1: of these: ${showCounts(features)}`)
  say(`R1: done on bytes: ${showCounts(onBytes)}`)
  say(`R1: ${drawn.pairs.size} pairs of neighbours drawn: ${showCounts(drawn.pairs)}`)
  if (seeds.length < PROGRAMS_FOR_ALL) return
  expect([...drawn.verbs.keys()].toSorted()).toEqual([...verbs].toSorted())
  expect(neighbours.filter((pair) => !drawn.pairs.has(pair))).toEqual([]) // a window that tumbles has more
  expect([...refused.keys()].toSorted()).toEqual(REFUSALS)
  expect([...onBytes.keys()]).toEqual(expect.arrayContaining(ON_BYTES))
}

const drawOf = (seed: number): Description =>
  drawProgram(seed, { refused: true, timed: seed % 3 === 0, text: isOfText(seed) })

const REFUSALS = [
  "MR_NOT_MULTIPLE",
  "MR_SLIDES_DIFFER",
  "MR_SLIDE_TOO_LONG",
  "MR_STATE_OVER_STATE",
  "MR_STATE_OVER_WINDOW",
]

const ON_BYTES = ["fields", "grep", "wordCounts", "words"].flatMap((head) => [`${head} in js`, `${head} in wasm`])

/** What the first stages do on bytes. */
function headsIn(description: Description): string[] {
  const { stages } = planOf(graphOf(description))
  return stages.flatMap(({ branches, end }) => branches.flatMap((branch) => headOf(branch, end)?.kind ?? []))
}

/** One program of R1, run in the manner and with the kernels that go with its seed. */
function runOfProgram(seed: number, description: Description): Promise<Run> {
  const manner = { loops: loopsOf(seed), strict: seed % 3 !== 0 } as const
  return withKernels(kernelsOf(seed), () =>
    runProgram(description, { engine: (loaded) => new InlineEngine(() => loaded.loadAgain(), manner) }),
  )
}

const loopsOf = (seed: number): "closures" | "generated" => (seed % 4 === 0 ? "closures" : "generated")
const isOfText = (seed: number): boolean => seed % 4 === 1
const kernelsOf = (seed: number): KernelForm => (seed % 8 < 4 ? "js" : "wasm")
