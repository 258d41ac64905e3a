/** The paper, section 3.5: unification with batch and interactive processing. Steps of one second. */
import type { DStream } from "millrace"
import { runBatches } from "millrace/testing"
import { expect, test } from "vitest"

type Word = string

// "D-Streams can be combined with static RDDs computed using a standard … job": "one can join a stream of incoming messages
// against a precomputed … or a historical dataset."
test("a stream is joined with static data", () =>
  runBatches({
    batches: [["eve", "ann"], ["bob"], ["zoe"]],
    program: (senders, { table }) => {
      const spammers = table(() => [{ name: "eve", reports: 12 }, { name: "bob", reports: 3 }], { key: ({ name }) => name }) // prettier-ignore
      const known = senders.map((name) => [name, 1]).join(spammers)
      return known.map(([name, [, { reports }]]) => `${name} was reported ${reports} times`)
    },
    partitions: 1,
    expected: [["eve was reported 12 times"], ["bob was reported 3 times"], []],
  }))

// "Users can run a D-Stream program on previous historical data using a batch mode."
test("the very program that runs over steps of a stream runs over history as one step", async () => {
  const counts = (words: DStream<Word>): DStream<[Word, number]> =>
    words.map((word) => [word, 1]).runningReduce((a, b) => a + b)
  const steps = [["to", "be"], ["or", "not"], ["to", "be"]] // prettier-ignore
  const streamed = await runBatches({ batches: steps, program: counts, partitions: 1 })
  const atOnce = await runBatches({ batches: [steps.flat()], program: counts, partitions: 1 })
  expect(streamed.at(-1)).toEqual(atOnce[0])
})

// "Users run ad-hoc queries on D-Streams interactively" comes with the console.
