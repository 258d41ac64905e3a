import { expect, test } from "vitest"
import { randomOf } from "#src/base/random.js"
import { StepQueue } from "#src/driver/step-queue.js"

test("gives each step once, the first of them first", () => {
  const queue = new StepQueue()
  for (const step of [5, 3, 9, 3, -2, 5]) queue.add(step)
  expect(drain(queue)).toEqual([-2, 3, 5, 9])
  expect(queue.first).toBeUndefined()
  queue.shift()
  queue.add(3)
  expect(drain(queue)).toEqual([3])
})

test("is a sorted set, whatever the order in which steps come and go", () => {
  const random = randomOf("step queue", 1)
  const [queue, wanted] = [new StepQueue(), new Set<number>()]
  for (let i = 0; i < 20_000; i++) {
    if (random() < 0.55) {
      const step = Math.floor(random() * 3_000)
      queue.add(step)
      wanted.add(step)
    } else {
      const first = wanted.size === 0 ? undefined : Math.min(...wanted)
      expect(queue.first).toBe(first)
      queue.shift()
      wanted.delete(first!)
    }
  }
  expect(drain(queue)).toEqual([...wanted].sort((a, b) => a - b))
})

test("holds more steps than a call has arguments", () => {
  const queue = new StepQueue()
  for (let step = 300_000; step > 0; step--) queue.add(step)
  expect(queue.first).toBe(1)
})

function drain(queue: StepQueue): number[] {
  const steps: number[] = []
  for (; queue.first !== undefined; queue.shift()) steps.push(queue.first)
  return steps
}
