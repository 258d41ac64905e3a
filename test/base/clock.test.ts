/** The live clock's timers. */
import { expect, test } from "vitest"
import { systemClock } from "#src/base/clock.js"

const clock = systemClock()

test("nothing fires before its time, wherever between two milliseconds that is", async () => {
  const fired = await Promise.all(
    Array.from({ length: 200 }, (_, i) => {
      const time = clock.now() + i / 8
      return new Promise<number>((resolve) => clock.at(time, () => resolve(clock.now() - time)))
    }),
  )
  expect(Math.min(...fired)).toBeGreaterThanOrEqual(0)
})

test("what is cancelled does not fire, however near its time is", async () => {
  const fired: number[] = []
  for (let i = 0; i < 100; i++) {
    const cancel = clock.at(clock.now() + 1 + i / 100, () => fired.push(i))
    // A timer of Node.js that is due with it: the last of the time may be going by when it is cancelled.
    await new Promise((resolve) => setTimeout(resolve, 1))
    cancel()
    const before = [...fired]
    await new Promise((resolve) => setTimeout(resolve, 1))
    expect(fired).toEqual(before)
  }
})
