/** Millrace: discretized streams for TypeScript and Node.js. */
export { job } from "./api/job.ts"
export { grep, jsonFields, lines, words } from "./api/named-operators.ts"
export { start } from "./api/start-job.ts"
export { batches } from "./source/batches.ts"
export { defineSink } from "./sink/define-sink.ts"
export { onceIn } from "./sink/once-in.ts"
export { defineSource } from "./source/define-source.ts"
export { from } from "./source/from.ts"
export { generate } from "./source/generate.ts"
export { tail } from "./source/tail.ts"
export { listen } from "./source/listen.ts"
export { MillraceError } from "./base/errors.ts"
export type { ErrorCode } from "./base/errors.ts"
export type { Duration } from "./base/duration.ts"
export type { DStream, Ended, Session, StateStream, StateVerbs } from "./api/dstream.ts"
export type { InputStream, InvalidRecord, LateRecord, SourceVerbs } from "./api/input-stream.ts"
export type { KeyOf, ValueOf } from "./api/pair.ts"
export type { Job, JobOptions, ReadOptions, SourceLike, Streams } from "./api/program.ts"
export type { OutputStep, Running, SliceTime, StartOptions, Summary } from "./api/running.ts"
export type { JobEvents, StepReport, TaskReport, WorkerReport } from "./observe/events.ts"
export type { Table, TableOptions } from "./api/table.ts"
export type {
  FlatMapWithStateOptions,
  ForeachOptions,
  KeepOptions,
  PrintOptions,
  RecordOptions,
  RememberOptions,
  SaveOptions,
  SaveToOptions,
  StateOptions,
  VerbOptions,
  WindowOptions,
} from "./api/verb-options.ts"
export type { PostgresClient, PostgresPool, PostgresResult } from "./sink/postgres.ts"
export type { SinkOf } from "./sink/define-sink.ts"
export type { RDD } from "./stream/rdd.ts"
export type { Sink, SinkContext, SinkStep } from "./stream/sink.ts"
export type { BytesRangeDefinition, RangeDefinition, ReceiveDefinition } from "./source/define-source.ts"
export type { ListenOptions } from "./source/listen.ts"
export type { SourceOf } from "./source/source-of.ts"
export type { Content, ReceivedFormat, Receiver } from "./stream/source.ts"
export type { StepTime } from "./stream/step-time.ts"
export type { TailOptions } from "./source/tail.ts"
