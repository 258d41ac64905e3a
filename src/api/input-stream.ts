/** Streams as they come from a source: what they have besides their records. */
import type { StepTime } from "../stream/step-time.ts"
import type { DStream } from "./dstream.ts"

/** A record that could not be decoded, or did not match the schema. */
export interface InvalidRecord {
  /** The record as it came, cut after 1,000 characters. */
  text: string
  /** What is wrong with it. */
  why: string
}

/** A record that came after its step was closed. */
export interface LateRecord<T> {
  record: T
  /** Its own time, in milliseconds since the Unix epoch. */
  time: number
  /** The step that it would have belonged to. */
  missed: StepTime
}

/** A stream as it comes from its source. */
export type InputStream<T> = DStream<T> & SourceVerbs<T>

/** What a stream from a source can do besides what every stream can. */
export interface SourceVerbs<T> {
  /**
   * The source's invalid records, in the step in which they came; for a source with `onInvalid: "collect"`.
   *
   * Spark has `columnNameOfCorruptRecord`, Flink side outputs, for this.
   * @throws MR_INVALID_NOT_COLLECTED if the source's `onInvalid` is not `"collect"`.
   *
   * ```ts
   * const views = readStream("http://localhost:8080/views", "1s", { schema: PageView, onInvalid: "collect" })
   * views.invalid().print()
   * // step 1: { text: "{\"url\":7}", why: "url: Invalid type: Expected string but received 7" }
   * ```
   */
  invalid(): DStream<InvalidRecord>

  /**
   * The source's late records, in the first step that is still open when they come, each with the step it missed; for a
   * source with `time`.
   * What was published is not changed by them: save them, count them, or add them to a state of your own.
   *
   * Paper 3.2, late corrections. Flink `sideOutputLateData`; Spark drops such records.
   * @throws MR_LATE_WITHOUT_TIME if the source has no `time`: records then belong to the step they arrive in.
   *
   * ```ts
   * const views = readStream<View>(url, "1s", { time: (view) => view.at, slack: "2s" })
   * const missed = views.late().map(({ record, missed }) => [[record.url, missed.step], 1])
   * // { url: "/a", at: 5_300 } comes when the newest time is 9_000, so that steps up to 6 are closed: [["/a", 5], 1] in step 7
   * ```
   */
  late(): DStream<LateRecord<T>>
}
