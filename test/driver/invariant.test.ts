import { batches, job } from "millrace"
import { expect, test } from "vitest"
import { startWith } from "#src/api/start.js"
import { InlineEngine } from "#src/engine/inline.js"
import { virtualClock } from "#src/testing/virtual-clock.js"

class Broken extends InlineEngine {
  override run(): void {
    throw new Error("invariant: this engine runs nothing")
  }
}

test("a bug of ours ends the run: whoever waits for it hears of it", async () => {
  const program = job({ name: "numbers", interval: "1s" }, ({ readStream }) => readStream(batches([[1]])).output("out"))
  const engine = (): Broken => new Broken(() => Promise.resolve(program as never))
  const running = await startWith(program, {}, { clock: virtualClock(), engine })
  await expect(running.done).rejects.toThrow("invariant: this engine runs nothing")
})
