import * as v from "valibot"
import { batches, defineSource, from, generate, job, listen, start } from "millrace"
import type { DStream, Job, StartOptions } from "millrace"

const View = v.object({ url: v.string() })
declare function open(): AsyncGenerator<string>
const url = "http://localhost:8080"

job({ name: "sources" }, ({ readStream }) => {
  readStream(url, "1x") // error: '"1x"'
  readStream(url, 1000) // error: 1000
  readStream(8080, "1s") // error: 'number' is not assignable to
  readStream(open(), "1s") // error: is not assignable to parameter of type 'SourceLike<
  readStream(fetch(url), "1s") // error: is not assignable to parameter of type 'SourceLike<
  readStream([url, 8080], "1s") // error: Type 'number' is not assignable to type
  readStream<string>([from(() => [1])], "1s") // error: 'number' is not assignable to type 'string'
  readStream(open, "1s") // error: is not assignable to parameter of type 'SourceLike<
  readStream() // error: arguments, but got 0
  readStream(url, "1s", { onInvalid: "ignore" }) // error: '"ignore"'
  readStream(url, "1s", { maxRecordByte: 1 }) // error: 'maxRecordByte' does not exist in type 'ReadOptions<
  readStream(url, "1s", { schema: (x: unknown) => x }) // error: StandardSchemaV1<
  readStream<{ user: string }>(url, "1s", { schema: View }) // error: Property 'user' is missing in type
  readStream<string>(batches([[1]]), "1s") // error: 'SourceOf<number>' is not assignable to
  readStream(from(open()), "1s") // error: is not assignable to parameter of type

  const checked = readStream(url, "1s", { schema: View })
  checked.map((view) => view.user) // error: Property 'user' does not exist on type '{ url: string; }'
  readStream(url, "1s").map((view) => view.user) // error: is of type 'unknown'
})

job({}, () => {}) // error: Property 'name' is missing in type
job({ name: "a", interval: "1 second" }, () => {}) // error: '"1 second"'
job({ name: "a", partition: 8 }, () => {}) // error: 'partition' does not exist in type 'JobOptions<
job({ name: "a" }) // error: Expected 2 arguments, but got 1
job({ name: "a" }, ({ readstream }) => {}) // error: Property 'readstream' does not exist on type 'Streams<undefined>'
job({ name: "a" }, ({ params }) => params.rate) // error: is possibly 'undefined'
job({ name: "a", params: View }, ({ params }) => params.rate) // error: Property 'rate' does not exist on type '{ url: string; }'
job({ name: "a", setup: () => ({ n: 1 }), teardown: (r) => r.close() }, () => {}) // error: Property 'close' does not exist on type '{ n: number; }'

listen("http://127.0.0.1:9000", { tokens: "0123456789abcdef" }) // error: 'tokens' does not exist in type 'ListenOptions'
listen(9000) // error: 'number' is not assignable to parameter of type 'string | URL'
listen("http://127.0.0.1:9000", { token: process.env["TOKEN"] }) // error: 'undefined' is not assignable to type
defineSource({ description: "own" }) // error: No overload matches this call
defineSource<number>({ description: "own", open: async (to) => to.values(["a"]) }) // error: Type 'string' is not assignable to type 'number'

generate({ rate: "fast", seed: 1 }, (i) => i) // error: Type 'string' is not assignable to type 'number'
batches(["a", "b"]) // error: Type 'string' is not assignable to type 'readonly

declare const program: Job
start({ name: "a" }) // error: is not assignable to parameter of type
start(() => program) // error: is not assignable to parameter of type
start(program, { engine: "spark" }) // error: '"spark"'
start(program, { for: "10" }) // error: '"10"'
start(program, { step: 5 }) // error: 'step' does not exist in type 'StartOptions'
export const options: StartOptions = { workers: "4" } // error: Type 'string' is not assignable to type 'number'

export async function read(): Promise<void> {
  const running = await start(program)
  running.on("stpe", () => {}) // error: Argument of type '"stpe"' is not assignable to parameter of type 'keyof JobEvents'
  running.on("step", (report) => report.rows) // error: Property 'rows' does not exist on type 'StepReport'
  // error: Argument of type 'string' is not assignable to parameter of type 'number'
  for await (const { rows } of running.output<number>("n")) rows.push("a")
  running.slice("counts", "21:00") // error: Expected 3-4 arguments, but got 2
  running.slice("counts", "21:00", "21:05", async (counts: DStream<number>) => counts) // error: is missing the following properties from type 'DStream<
  running.slice("counts", "21:00", "21:05", (counts: DStream<number>) => counts.reduceByKey((a) => a)) // error: needs a stream of [key, value] pairs
  // error: Type 'string' is not assignable to type 'number'
  const numbers: number[] = await running.slice("words", 0, 1, (words: DStream<string>) => words)
  running.slice("counts", 0n, 1) // error: 'bigint' is not assignable to parameter of type 'SliceTime'
  numbers.push(1)
  running.done = running.stop() // error: Cannot assign to 'done' because it is a read-only property
  const summary = await running.stop()
  summary.job + summary.rows // error: Property 'rows' does not exist on type 'Summary'
}
