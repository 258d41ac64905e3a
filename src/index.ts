/** Millrace: discretized streams for TypeScript and Node.js. */
export { job } from "./api/job.ts"
export { start } from "./api/start.ts"
export { batches } from "./source/batches.ts"
export { from } from "./source/from.ts"
export { generate } from "./source/generate.ts"
export { MillraceError } from "./base/errors.ts"
export type { ErrorCode } from "./base/errors.ts"
export type { Duration } from "./base/duration.ts"
export type {
  DStream,
  InputStream,
  InvalidRecord,
  KeyOf,
  SourceVerbs,
  StateStream,
  StateVerbs,
  ValueOf,
} from "./api/dstream.ts"
export type { ForeachOptions, PrintOptions, RecordOptions, StateOptions, VerbOptions } from "./api/dstream.ts"
export type { Job, JobOptions, ReadOptions, SourceLike, Streams } from "./api/program.ts"
export type { RDD } from "./api/rdd.ts"
export type { OutputStep, Running, StartOptions, Summary } from "./api/running.ts"
export type { JobEvents, StepReport, TaskReport, WorkerReport } from "./observe/events.ts"
export type { StepTime } from "./stream/step-time.ts"
