/** For tests of programs written with Millrace. */
export { runBatches } from "./run-batches.ts"
export type { BatchRun } from "./run-batches.ts"
