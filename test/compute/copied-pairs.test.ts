/** What changed in a state and is given as it is goes from column to column once a stage is warm; through an operator, by rows. */
import fc from "fast-check"
import { from } from "millrace"
import { describe, expect, test } from "vitest"
import { planOf } from "../plan-of.ts"
import { manners, nameOf, PlanRun } from "./plan-run.ts"

type Pair = readonly [unknown, unknown]

const texts = fc.constantFrom("a", "b", "é", "", "😀")
const whole = fc.integer({ min: -2, max: 2 })
const mixed = fc.oneof(texts, whole, fc.constant(null), fc.tuple(texts, whole))

/** Of each step its pairs, which are alike in one job: keys and values of one kind, or of any. */
const jobs = fc
  .tuple(
    fc.constantFrom<fc.Arbitrary<unknown>[]>(texts, whole, mixed),
    fc.constantFrom<fc.Arbitrary<unknown>[]>(texts, whole, mixed),
  )
  .chain(([key, value]) => fc.array(fc.array(fc.tuple(key, value), { maxLength: 5 }), { minLength: 9, maxLength: 16 }))

describe.each(manners.map((manner) => [nameOf(manner), manner] as const))("%s loops", (_, manner) => {
  test("give what changed, without the keys that ended, in either way", () => {
    fc.assert(
      fc.property(jobs, (steps) => {
        const plan = planOf(
          ({ readStream }) => {
            const last = readStream(from<Pair>(() => [])).runningReduce((_, b) => b, { timeout: "2s" })
            last.changes().output("as it is")
            last
              .changes()
              .map((pair) => pair)
              .output("by rows")
          },
          { partitions: 1 },
        )
        const run = new PlanRun(plan, manner)
        steps.forEach((pairs, step) => {
          const [asItIs, byRows] = run.step(step, [pairs])
          expect(asItIs).toEqual(byRows)
          expect(new Map(asItIs as Pair[]).size, "keys that changed").toBe(
            new Set(pairs.map(([key]) => JSON.stringify(key))).size,
          )
        })
      }),
      { numRuns: 60 },
    )
  })
})
