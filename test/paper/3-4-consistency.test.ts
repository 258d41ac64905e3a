/** The paper, section 3.4: consistency semantics. */
import { randomOf } from "#src/base/random.js"
import { startWith } from "#src/api/start.js"
import { SimulatedEngine } from "#src/testing/simulated-engine.js"
import { virtualClock } from "#src/testing/virtual-clock.js"
import { batches, job } from "millrace"
import { expect, test } from "vitest"

type View = [country: string, views: number]

/** Views of several countries, dealt to partitions as they come. */
function viewsOf(seed: number): View[][] {
  const random = randomOf("views", seed)
  return Array.from({ length: 25 }, () =>
    Array.from({ length: Math.floor(random() * 6) }, (): View => ["nlse"[Math.floor(random() * 4)]!, 1]),
  )
}

// "In systems that track each country's views on a different node, one may lag another … [here] time is discretised … all
// output RDDs for a given interval reflect all of the input received in that interval and previous ones."
test("an output reflects all input of its step and those before, whatever worker computed it", async () => {
  for (let seed = 1; seed <= 12; seed++) {
    const input = viewsOf(seed)
    const program = job({ name: "views by country", interval: "10ms", partitions: 5 }, ({ readStream }) => {
      const counts = readStream(batches(input)).runningReduce((a, b) => a + b)
      counts.output("by country")
      counts.map(([, views]) => views).reduce((a, b) => a + b).output("in all") // prettier-ignore
    })
    const engine = (loaded: { loadAgain(): Promise<never> }): SimulatedEngine =>
      new SimulatedEngine(() => loaded.loadAgain(), { seed, workers: 4, manner: { loops: "generated", strict: true } })
    const running = await startWith(program, {}, { clock: virtualClock(), engine: engine as never })
    const collect = async (name: string): Promise<Map<number, unknown[]>> => {
      const steps = new Map<number, unknown[]>()
      for await (const { step, rows } of running.output(name)) steps.set(step, rows)
      return steps
    }
    const [byCountry, inAll] = await Promise.all([collect("by country"), collect("in all"), running.done])
    for (const [step, rows] of byCountry) {
      const soFar = input.slice(0, step + 1).flat()
      const counts = new Map<string, number>()
      for (const [country, views] of soFar) counts.set(country, (counts.get(country) ?? 0) + views)
      expect(Object.fromEntries(rows as View[]), `seed ${seed}, step ${step}`).toEqual(Object.fromEntries(counts))
      expect(inAll.get(step)).toEqual(soFar.length === 0 ? [] : [soFar.length])
    }
  }
})

// "The final state is as if the whole job had run as a sequence of batch jobs in lock-step": see test/oracle, R1 and R2.
