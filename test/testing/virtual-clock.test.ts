import { expect, test } from "vitest"
import { virtualClock } from "#src/testing/virtual-clock.js"

/** What fires until nothing is left, with the clock's time then. */
function firing(clock: ReturnType<typeof virtualClock>, ...times: number[]): Promise<[number, number][]> {
  const fired: [number, number][] = []
  return new Promise((resolve) => {
    for (const time of times) {
      clock.at(time, () => {
        fired.push([time, clock.now()])
        if (fired.length === times.length) resolve(fired)
      })
    }
  })
}

test("timers fire in order of their times, each at its own time", async () => {
  const pairs = [[10, 10], [20, 20], [20, 20], [86_400_000, 86_400_000]] // prettier-ignore
  expect(await firing(virtualClock(), 20, 86_400_000, 10, 20)).toEqual(pairs)
})

test("time stands still between timers and never runs backwards", async () => {
  const clock = virtualClock(100)
  expect(clock.now()).toBe(100)
  expect(await firing(clock, 50, 200)).toEqual([[50, 100], [200, 200]]) // prettier-ignore
  expect(clock.now()).toBe(200)
})

test("a timer fires in a turn of its own, never from inside at()", async () => {
  const clock = virtualClock()
  const told: string[] = []
  const fired = firing(clock, 1, 2).then(() => told.push("fired"))
  told.push("set")
  clock.at(1, () => queueMicrotask(() => told.push("after 1")))
  await fired
  expect(told).toEqual(["set", "after 1", "fired"])
})

test("a timer that is cancelled does not fire", async () => {
  const clock = virtualClock()
  const cancel = clock.at(1, () => expect.unreachable())
  cancel()
  expect(await firing(clock, 2)).toEqual([[2, 2]])
  cancel() // nothing to cancel any more
})
