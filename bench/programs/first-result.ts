/** What is run to see how long it takes from the command to the first result. */
import { generate, job } from "millrace"

export default job({ name: "first-result" }, ({ readStream }) => {
  readStream(
    generate({ rate: 1_000, seed: 1 }, (i) => i),
    "100ms",
  )
    .map((i) => [i % 10, 1])
    .reduceByKey((a, b) => a + b)
    .print()
})
