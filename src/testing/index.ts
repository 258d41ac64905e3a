/** For tests of programs written with Millrace, and of sinks made for it. */
export { runBatches } from "./run-batches.ts"
export type { BatchRun } from "./run-batches.ts"
export { sinkContract } from "./sink-contract.ts"
export type { SinkCase, SinkPlace } from "./sink-contract.ts"
