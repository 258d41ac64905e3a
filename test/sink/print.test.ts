/** What `print()` shows of a step. */
import { batches, job } from "millrace"
import { expect, test } from "vitest"
import { startWith } from "#src/api/start.js"
import type { Printed } from "#src/sink/print.js"
import { printStep } from "#src/sink/print.js"
import { virtualClock } from "#src/testing/virtual-clock.js"

test("of a state it shows what the step touched, and counts what ended and what is held", async () => {
  const shown: string[] = []
  const program = job({ name: "words", interval: "1s", partitions: 1 }, ({ readStream }) => {
    readStream(batches([["a", "b", "c"], ["a"], [], []]))
      .map((word) => [word, 1])
      .reduceByWindow(
        "2s",
        (a, b) => a + b,
        (sum, leaving) => sum - leaving,
      )
      .print({ rows: 2, name: "words" })
  })
  const show = async (step: Printed): Promise<void> => void shown.push(printStep(step))
  const running = await startWith(program, {}, { clock: virtualClock(), show })
  await running.done
  const heading = (second: number): string => `── words · 1970-01-01 00:00:0${second}.000Z ────────────────────────`
  expect(shown.map((text) => text.split("\n"))).toEqual([
    [heading(0), "a  1", "b  1", "… and 1 more", "(3 keys touched, 3 held)", ""],
    [heading(1), "a  2", "(1 key touched, 3 held)", ""],
    [heading(2), "a  1", "(1 key touched, 2 ended, 1 held)", ""],
    [heading(3), "(0 keys touched, 1 ended, 0 held)", ""],
  ])
})
