import { batches, job } from "millrace"
import { expect, test } from "vitest"
import { startWith } from "#src/api/start.js"
import { InlineEngine } from "#src/engine/inline.js"
import { virtualClock } from "#src/testing/virtual-clock.js"
import type { EngineEvent } from "#src/wire/engine.js"
import type { LoadMessage } from "#src/wire/messages.js"

/** Says everything about tasks twice. */
class Stammering extends InlineEngine {
  override start(load: LoadMessage, hear: (event: EngineEvent) => void): void {
    super.start(load, (event) => {
      hear(event)
      if (event.kind === "done") hear(event)
    })
  }
}

test("a result that comes twice counts once", async () => {
  const program = job({ name: "words", interval: "1s" }, ({ readStream }) =>
    readStream(batches([["a", "b", "a"], ["b"]]))
      .map((word) => [word, 1])
      .runningReduce((a, b) => a + b)
      .output("counts"),
  )
  const clock = virtualClock()
  const running = await startWith(
    program,
    { partitions: 2 },
    { clock, engine: (loaded) => new Stammering(() => loaded.loadAgain()) },
  )
  const steps: Record<string, number>[] = []
  for await (const { rows } of running.output<[string, number]>("counts")) steps.push(Object.fromEntries(rows))
  expect(steps).toEqual([{ a: 2, b: 1 }, { a: 2, b: 2 }]) // prettier-ignore
  expect(await running.done).toMatchObject({ steps: 2, records: 4 })
})
