// Tests that cannot be right.
import { runBatches } from "millrace/testing"

await runBatches({
  batches: [["a"]],
  program: (words) => words.map((word) => [word, 1]).reduceByKey((x, y) => x + y),
  // error: Type 'string' is not assignable to type 'number'
  expected: [[["a", "1"]]],
})

await runBatches({
  batches: { left: [["a"]], right: [[["b", 1]]] },
  // error: needs a stream of [key, value] pairs
  program: ({ left, right }) => left.join(right),
})

// error: Property 'reduceByKey' does not exist on type 'number'
await runBatches({ batches: [[1]], program: (numbers) => numbers.map((n) => n.reduceByKey()) })

await runBatches({
  batches: [[{ at: 1 }]],
  // error: Property 'when' does not exist on type
  read: { time: (record) => record.when },
  program: (records) => records,
})

await runBatches({
  batches: [["a"]],
  // error: is not assignable to type 'Observed'
  program: (words) => words.map((word) => word.length).print(),
})
