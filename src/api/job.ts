/** `job()`: declares a program. */
import { callSite, programPosition } from "../base/call-site.ts"
import { parseDuration, parseDurationOr } from "../base/duration.ts"
import { messageOf, MillraceError, refuse } from "../base/errors.ts"
import { checkOptions } from "../base/options.ts"
import { resolveSource } from "../source/resolve-source.ts"
import { GraphBuilder } from "../stream/graph-builder.ts"
import type { GraphSettings, JobDefinition } from "../stream/job-definition.ts"
import type { Graph, RecordTime, TableNode } from "../stream/node.ts"
import { JOB_MARK } from "../worker/load-job.ts"
import type { Content, Source } from "../stream/source.ts"
import type { DeclareJob, JobBuilder, JobOptions, ReadOptions, Streams } from "./program.ts"
import { StreamFace } from "./stream-face.ts"
import type { TableOptions } from "./table.ts"
import { TableFace } from "./table-face.ts"
import { expectStart } from "./unstarted-job.ts"

/** Partitions of every RDD: the same on every machine, never derived from workers or processors. */
const PARTITIONS = 8
const RECORD_BYTES_MAX = 2 ** 20
const STEP_BYTES_MAX = 2 ** 26
/** Clocks that differ by more are wrong. */
const AHEAD = "1m"

export class JobObject implements JobDefinition {
  readonly options: JobOptions<unknown, unknown>
  readonly #builder: JobBuilder<unknown>

  constructor(options: JobOptions<unknown, unknown>, builder: JobBuilder<unknown>) {
    this.options = options
    this.#builder = builder
    Object.defineProperty(this, JOB_MARK, { value: true })
  }

  get name(): string {
    return this.options.name
  }

  graph({ params, intervalMs, partitions }: GraphSettings): Graph {
    const graph = new GraphBuilder(this.name)
    if (this.options.interval !== undefined) graph.stateInterval(this.options.interval, undefined)
    const streams = {
      readStream: readerOf(graph, "readStream", "records"),
      readText: readerOf(graph, "readText", "text"),
      readBytes: readerOf(graph, "readBytes", "bytes"),
      table: tableOf(graph),
      params,
    } as unknown as Streams<unknown>
    this.#build(streams)
    return graph.seal(partitions ?? this.options.partitions ?? PARTITIONS, intervalMs)
  }

  #build(streams: Streams<unknown>): void {
    let result: unknown
    try {
      result = this.#builder(streams)
    } catch (error) {
      if (error instanceof MillraceError) throw error
      const at = programPosition(error instanceof Error ? (error.stack ?? "") : "")
      throw refuse("MR_BUILDER_FAILED", { job: this.name, message: messageOf(error), at }, error)
    }
    if (typeof (result as { then?: unknown } | undefined)?.then !== "function") return
    ;(result as Promise<unknown>).then(undefined, () => undefined) // what it rejects with does not matter any more
    throw refuse("MR_BUILDER_ASYNC", { job: this.name })
  }
}

export const job: DeclareJob = (options, builder) => {
  checkOptions("job()", options)
  if (options?.name === undefined) {
    throw refuse("MR_OPTION_INVALID", {
      where: "job()",
      option: "name",
      expected: "a text of 1 to 100 characters",
      got: undefined,
    })
  }
  if (typeof builder !== "function") {
    throw refuse("MR_FUNCTION_EXPECTED", { verb: "job", argument: "second argument", got: builder, at: callSite() })
  }
  const declared = new JobObject(options as JobOptions<unknown, unknown>, builder as JobBuilder<unknown>)
  expectStart(declared, callSite())
  return declared as never
}

function readerOf(graph: GraphBuilder, verb: "readStream" | "readText" | "readBytes", content: Content): unknown {
  return (from: unknown, second?: unknown, third?: unknown): StreamFace => {
    const at = callSite()
    const [interval, given] = typeof second === "object" && second !== null ? [undefined, second] : [second, third]
    checkOptions(`${verb}()`, given)
    const options = (given ?? {}) as ReadOptions
    if (interval !== undefined) graph.stateInterval(interval as string, at)
    const node = graph.add(verb, {
      kind: "input",
      name: options.name,
      at,
      edges: [],
      source: requireFormat(resolveSource(from), content, `${verb}()`),
      content,
      schema: options.schema,
      onInvalid: options.onInvalid ?? "stop",
      recordBytesMax: options.maxRecordBytes ?? RECORD_BYTES_MAX,
      stepBytesMax: options.maxBytesPerStep ?? STEP_BYTES_MAX,
      time: timeOf(`${verb}()`, options),
    })
    return new StreamFace(graph, node)
  }
}

/** Bytes that lie ready say what they are; a source that is opened finds out then. @throws MR_OPTION_INVALID */
function requireFormat(source: Source, content: Content, where: string): Source {
  if (source.kind !== "range" || source.format === undefined) return source
  const readable = content === "text" ? ["text"] : content === "records" ? ["ndjson", "json", "csv"] : []
  if (readable.includes(source.format)) return source
  const verb = source.format === "text" ? "readText()" : "readStream()"
  const expected = `a source of ${readable.join(", ") || "values"} (${verb} reads ${source.format})`
  throw refuse("MR_OPTION_INVALID", { where, option: "format", expected, got: source.format })
}

/** @throws MR_SLACK_WITHOUT_TIME */
function timeOf(where: string, options: ReadOptions): RecordTime | undefined {
  const { time, slack, idleAfter, ahead } = options
  if (time === undefined) {
    const option = (["slack", "idleAfter", "ahead"] as const).find((name) => options[name] !== undefined)
    if (option !== undefined) throw refuse("MR_SLACK_WITHOUT_TIME", { where, option })
    return undefined
  }
  const from0 = (text: string | undefined, name: string): number | undefined =>
    text === undefined ? undefined : parseDuration(text, `${where}: the option "${name}"`, 0)
  return {
    of: time,
    slackMs: from0(slack, "slack") ?? 0,
    idleMs: from0(idleAfter, "idleAfter"),
    aheadMs: parseDurationOr("off", ahead ?? AHEAD, `${where}: the option "ahead"`),
  }
}

function tableOf(graph: GraphBuilder): unknown {
  return (load: unknown, options: TableOptions<unknown, unknown>): TableFace => {
    const at = callSite()
    if (typeof load !== "function")
      throw refuse("MR_FUNCTION_EXPECTED", { verb: "table", argument: "first argument", got: load, at })
    checkOptions("table()", options)
    if (typeof options?.key !== "function") {
      const expected = "a function that gives a row's key"
      throw refuse("MR_OPTION_INVALID", { where: "table()", option: "key", expected, got: options?.key })
    }
    const node = graph.add("table", {
      kind: "table",
      name: options.name,
      at,
      edges: [],
      load: load as TableNode["load"],
      key: options.key,
      refreshMs: options.refresh === undefined ? undefined : parseDuration(options.refresh, "table(): refresh"),
    })
    return new TableFace(graph, node)
  }
}
