/** The fluent face: each verb checks its arguments, adds a node, and gives the stream that reads it. */
import type { SourcePosition } from "../base/call-site.ts"
import { callSite } from "../base/call-site.ts"
import type { Duration } from "../base/duration.ts"
import { parseDuration, parseDurationOr } from "../base/duration.ts"
import { refuse } from "../base/errors.ts"
import { checkOptions } from "../base/options.ts"
import { isSinkOf } from "../sink/define-sink.ts"
import { savedDirectory } from "../sink/saved-directory.ts"
import type { GraphBuilder } from "../stream/graph-builder.ts"
import type { Edge, NodeId, Output, Reads } from "../stream/node.ts"
import { sameStep } from "../stream/node.ts"
import type { Combine, JoinKind, NarrowOperator, OnError, Operator } from "../stream/operator.ts"
import type { StateRule } from "../stream/state-rule.ts"
import { nameOfTimeout } from "../stream/state-rule.ts"
import { TableFace } from "./table-face.ts"
import type {
  ForeachOptions,
  PrintOptions,
  RecordOptions,
  RememberOptions,
  SaveOptions,
  SaveToOptions,
  VerbOptions,
} from "./verb-options.ts"

/** Calls of an output's code for one step, of which one must return. */
const ATTEMPTS = 3
/** What remember() holds at most. */
const BYTES_MAX = 2 ** 28

type AnyFunction = (...args: never[]) => unknown

/** What verbs that keep state may be told besides their functions, each some of it. */
interface StateVerbOptions extends VerbOptions {
  readonly timeout?: string | undefined
  readonly maxKeys?: number | undefined
  readonly slide?: string | undefined
  readonly onTimeout?: AnyFunction | undefined
}

/** A stream as the program holds it: what of a node it reads. Its types are those of `DStream` and its kin. */
export class StreamFace {
  readonly #graph: GraphBuilder
  readonly #node: NodeId
  readonly #reads: Reads

  constructor(graph: GraphBuilder, node: NodeId, reads: Reads = "records") {
    this.#graph = graph
    this.#node = node
    this.#reads = reads
  }

  /** What reads it in this graph; undefined if it is of another one. */
  edgeIn(graph: GraphBuilder): Edge | undefined {
    return graph === this.#graph ? this.#edge : undefined
  }

  // ── one record ────────────────────────────────────────────────────────────────────────────────────────────────────

  map(f: AnyFunction, options?: RecordOptions): StreamFace {
    return this.#narrow("map", f, options)
  }

  flatMap(f: AnyFunction, options?: RecordOptions): StreamFace {
    return this.#narrow("flatMap", f, options)
  }

  filter(f: AnyFunction, options?: RecordOptions): StreamFace {
    return this.#narrow("filter", f, options)
  }

  mapValues(f: AnyFunction, options?: RecordOptions): StreamFace {
    return this.#narrow("mapValues", f, options)
  }

  flatMapValues(f: AnyFunction, options?: RecordOptions): StreamFace {
    return this.#narrow("flatMapValues", f, options)
  }

  keyBy(f: AnyFunction, options?: RecordOptions): StreamFace {
    return this.#narrow("keyBy", f, options)
  }

  keys(options?: VerbOptions): StreamFace {
    return this.#transform({ verb: "keys" }, options, callSite())
  }

  values(options?: VerbOptions): StreamFace {
    return this.#transform({ verb: "values" }, options, callSite())
  }

  tap(label: string): StreamFace {
    requireText("tap()", "label", label)
    return this.#transform({ verb: "tap", label }, undefined, callSite())
  }

  // ── many records ──────────────────────────────────────────────────────────────────────────────────────────────────

  mapPartitions(f: AnyFunction, options?: VerbOptions): StreamFace {
    const at = callSite()
    requireFunction("mapPartitions", "first argument", f, at)
    return this.#transform({ verb: "mapPartitions", f: f as never }, options, at)
  }

  repartition(options?: VerbOptions): StreamFace {
    return this.#transform({ verb: "repartition" }, options, callSite())
  }

  union(...others: readonly unknown[]): StreamFace {
    const at = callSite()
    const edges = others.map((other) => this.#edgeOf("union", other, at))
    return this.#transform({ verb: "union" }, undefined, at, edges)
  }

  transform(f: AnyFunction): unknown {
    requireCallable("transform", "first argument", f, callSite())
    return f(this as never)
  }

  count(options?: VerbOptions): StreamFace {
    return this.#transform({ verb: "count" }, options, callSite())
  }

  countByValue(options?: VerbOptions): StreamFace {
    return this.#transform({ verb: "countByValue" }, options, callSite())
  }

  distinct(options?: VerbOptions): StreamFace {
    return this.#transform({ verb: "distinct" }, options, callSite())
  }

  reduce(add: AnyFunction, options?: VerbOptions): StreamFace {
    const at = callSite()
    requireFunction("reduce", "first argument", add, at)
    return this.#transform({ verb: "reduce", add: add as Combine }, options, at)
  }

  topK(k: number, by?: AnyFunction | VerbOptions, options?: VerbOptions): StreamFace {
    const at = callSite()
    if (!Number.isInteger(k) || k < 1 || k > 1_000_000) {
      throw refuse("MR_OPTION_INVALID", {
        where: "topK()",
        option: "k",
        expected: "a whole number from 1 to 1,000,000",
        got: k,
      })
    }
    const [rank, given] = typeof by === "object" ? [undefined, by] : [by, options]
    if (rank !== undefined) requireFunction("topK", "second argument", rank, at)
    return this.#transform({ verb: "topK", k, by: rank as never }, given, at)
  }

  groupBy(f: AnyFunction, options?: VerbOptions): StreamFace {
    checkOptions("groupBy()", options)
    const at = callSite()
    requireFunction("groupBy", "first argument", f, at)
    return this.#transform({ verb: "keyBy", f: f as never, onError: "stop" }, undefined, at).#transform(
      { verb: "groupByKey" },
      options,
      at,
    )
  }

  window(length: Duration, slide?: Duration | VerbOptions, options?: VerbOptions): StreamFace {
    const at = callSite()
    const [sliding, given] = typeof slide === "object" ? [undefined, slide] : [slide, options]
    const lengthMs = parseDuration(length, "window(): the length")
    const slideMs = sliding === undefined ? undefined : parseDuration(sliding, "window(): the slide")
    return this.#transform({ verb: "window", lengthMs, slideMs }, given, at)
  }

  // ── by key ────────────────────────────────────────────────────────────────────────────────────────────────────────

  reduceByKey(add: AnyFunction, options?: VerbOptions): StreamFace {
    const at = callSite()
    requireFunction("reduceByKey", "first argument", add, at)
    return this.#transform({ verb: "reduceByKey", add: add as Combine }, options, at)
  }

  aggregateByKey(zero: AnyFunction, add: AnyFunction, merge: AnyFunction, options?: VerbOptions): StreamFace {
    const at = callSite()
    requireFunction("aggregateByKey", "first argument", zero, at)
    requireFunction("aggregateByKey", "second argument", add, at)
    requireFunction("aggregateByKey", "third argument", merge, at)
    const operator: Operator = { verb: "aggregateByKey", zero, add: add as Combine, merge: merge as Combine }
    return this.#transform(operator, options, at)
  }

  groupByKey(options?: VerbOptions): StreamFace {
    return this.#transform({ verb: "groupByKey" }, options, callSite())
  }

  cogroup(other: unknown, options?: VerbOptions): StreamFace {
    return this.#cogroup("cogroup", other, "groups", options, callSite())
  }

  join(other: unknown, options?: VerbOptions): StreamFace {
    return this.#cogroup("join", other, "inner", options, callSite())
  }

  leftOuterJoin(other: unknown, options?: VerbOptions): StreamFace {
    return this.#cogroup("leftOuterJoin", other, "left", options, callSite())
  }

  rightOuterJoin(other: unknown, options?: VerbOptions): StreamFace {
    return this.#cogroup("rightOuterJoin", other, "right", options, callSite())
  }

  fullOuterJoin(other: unknown, options?: VerbOptions): StreamFace {
    return this.#cogroup("fullOuterJoin", other, "full", options, callSite())
  }

  // ── across time ───────────────────────────────────────────────────────────────────────────────────────────────────

  runningReduce(add: AnyFunction, options?: StateVerbOptions): StreamFace {
    const at = callSite()
    requireFunction("runningReduce", "first argument", add, at)
    return this.#state({ verb: "runningReduce", add: add as Combine }, options?.timeout ?? "forever", options, at)
  }

  reduceByWindow(
    length: Duration,
    add: AnyFunction,
    subtract?: AnyFunction | StateVerbOptions,
    options?: StateVerbOptions,
  ): StreamFace {
    const at = callSite()
    const [inverse, given] = typeof subtract === "object" ? [undefined, subtract] : [subtract, options]
    requireFunction("reduceByWindow", "second argument", add, at)
    if (inverse !== undefined) requireFunction("reduceByWindow", "third argument", inverse, at)
    checkOptions("reduceByWindow()", given)
    const rule: StateRule = {
      verb: "reduceByWindow",
      add: add as Combine,
      subtract: inverse as Combine | undefined,
      lengthMs: parseDuration(length, "reduceByWindow(): the length"),
      slideMs: given?.slide === undefined ? undefined : parseDuration(given.slide, "reduceByWindow(): the slide"),
    }
    return this.#state(rule, "forever", given, at)
  }

  track(init: AnyFunction, update: AnyFunction, timeout: string, options?: StateVerbOptions): StreamFace {
    const at = callSite()
    requireFunction("track", "first argument", init, at)
    requireFunction("track", "second argument", update, at)
    return this.#state({ verb: "track", init: init as never, update: update as never }, timeout, options, at)
  }

  flatMapWithState(init: AnyFunction, step: AnyFunction, timeout: string, options?: StateVerbOptions): StreamFace {
    const at = callSite()
    requireFunction("flatMapWithState", "first argument", init, at)
    requireFunction("flatMapWithState", "second argument", step, at)
    checkOptions("flatMapWithState()", options)
    const onTimeout = options?.onTimeout as never
    const rule: StateRule = { verb: "flatMapWithState", init: init as never, step: step as never, onTimeout }
    return this.#state(rule, timeout, options, at)
  }

  joinWithin(other: unknown, within: string, options?: StateVerbOptions): StreamFace {
    return this.#joinWithin("joinWithin", other, within, options, callSite())
  }

  leftJoinWithin(other: unknown, within: string, options?: StateVerbOptions): StreamFace {
    return this.#joinWithin("leftJoinWithin", other, within, options, callSite())
  }

  reduceBySession(gap: Duration, add: AnyFunction, options?: StateVerbOptions): StreamFace {
    const at = callSite()
    requireFunction("reduceBySession", "second argument", add, at)
    parseDuration(gap, "reduceBySession(): the gap")
    return this.#state({ verb: "reduceBySession", add: add as Combine }, gap, options, at)
  }

  distinctBy(id: AnyFunction, within: string, options?: StateVerbOptions): StreamFace {
    const at = callSite()
    requireFunction("distinctBy", "first argument", id, at)
    return this.#transform({ verb: "keyBy", f: id as never, onError: "stop" }, undefined, at).#state(
      { verb: "distinctBy" },
      within,
      options,
      at,
    )
  }

  changes(): StreamFace {
    return this.#ofState("changes")
  }

  ended(): StreamFace {
    return this.#ofState("ended")
  }

  // ── of a source ───────────────────────────────────────────────────────────────────────────────────────────────────

  invalid(): StreamFace {
    const node = this.#graph.node(this.#node)
    if (node.kind !== "input" || node.onInvalid !== "collect")
      throw refuse("MR_INVALID_NOT_COLLECTED", { source: node.name })
    return new StreamFace(this.#graph, this.#node, "invalid")
  }

  late(): StreamFace {
    const node = this.#graph.node(this.#node)
    if (node.kind !== "input" || node.time === undefined) throw refuse("MR_LATE_WITHOUT_TIME", { source: node.name })
    return new StreamFace(this.#graph, this.#node, "late")
  }

  // ── outputs ───────────────────────────────────────────────────────────────────────────────────────────────────────

  print(options?: PrintOptions): void {
    checkOptions("print()", options)
    this.#output("print", { kind: "print", rowsMax: options?.rows ?? 10 }, options?.name)
  }

  foreachRDD(f: AnyFunction, options?: ForeachOptions): void {
    checkOptions("foreachRDD()", options)
    requireCallable("foreachRDD", "first argument", f, callSite())
    this.#output("foreachRDD", { kind: "foreachRDD", f, attemptsMax: options?.attempts ?? ATTEMPTS }, options?.name)
  }

  save(directory: string | URL, options: SaveOptions): void {
    checkOptions("save()", options)
    const { format, every, name, attempts = ATTEMPTS } = options ?? {}
    if (format === undefined) {
      throw refuse("MR_OPTION_INVALID", {
        where: "save()",
        option: "format",
        expected: `"ndjson" or "csv"`,
        got: format,
      })
    }
    const everyMs = every === undefined ? undefined : parseDuration(every, "every")
    const { sink } = savedDirectory(directory, format, everyMs)
    this.#output("save", { kind: "sink", sink, attemptsMax: attempts }, name)
  }

  saveTo(sink: unknown, options?: SaveToOptions): void {
    checkOptions("saveTo()", options)
    if (!isSinkOf(sink)) throw refuse("MR_SINK_UNKNOWN", { got: sink, at: callSite() })
    if (sink.sink.named === true && options?.name === undefined) {
      throw refuse("MR_OPTION_INVALID", {
        where: "saveTo()",
        option: "name",
        expected: "a name, under which this sink keeps what it knows of the output",
        got: undefined,
      })
    }
    this.#output("saveTo", { kind: "sink", sink: sink.sink, attemptsMax: options?.attempts ?? ATTEMPTS }, options?.name)
  }

  remember(length: Duration, options?: RememberOptions): void {
    checkOptions("remember()", options)
    const lengthMs = parseDuration(length, "remember(): the length")
    this.#output("remember", { kind: "remember", lengthMs, bytesMax: options?.maxBytes ?? BYTES_MAX }, options?.name)
  }

  output(name: string): void {
    requireText("output()", "name", name)
    this.#output("output", { kind: "rows" }, name)
  }

  #narrow(
    verb: Extract<NarrowOperator, { f: unknown }>["verb"],
    f: AnyFunction,
    options: RecordOptions | undefined,
  ): StreamFace {
    const at = callSite()
    requireFunction(verb, "first argument", f, at)
    const onError: OnError = options?.onError ?? "stop"
    return this.#transform({ verb, f: f as never, onError }, options, at)
  }

  #cogroup(
    verb: string,
    other: unknown,
    gives: JoinKind,
    options: VerbOptions | undefined,
    at: SourcePosition | undefined,
  ): StreamFace {
    checkOptions(`${verb}()`, options)
    if (other instanceof TableFace && (gives === "inner" || gives === "left")) {
      const table = other.nodeIn(this.#graph, verb, at)
      const operator: Operator = { verb: "lookUp", table, outer: gives === "left" }
      return this.#add(verb, operator, options, at, [sameStep(table)])
    }
    return this.#add(verb, { verb: "cogroup", gives }, options, at, [this.#edgeOf(verb, other, at)])
  }

  #joinWithin(
    verb: "joinWithin" | "leftJoinWithin",
    other: unknown,
    within: string,
    options: StateVerbOptions | undefined,
    at: SourcePosition | undefined,
  ): StreamFace {
    checkOptions(`${verb}()`, options)
    const rule: StateRule = { verb: "joinWithin", outer: verb === "leftJoinWithin" }
    return this.#state(rule, within, options, at, [this.#edgeOf(verb, other, at)], verb)
  }

  #transform(
    operator: Operator,
    options: VerbOptions | undefined,
    at: SourcePosition | undefined,
    more: readonly Edge[] = [],
  ): StreamFace {
    if (options !== undefined) checkOptions(`${operator.verb}()`, options)
    return this.#add(operator.verb, operator, options, at, more)
  }

  #add(
    verb: string,
    operator: Operator,
    options: VerbOptions | undefined,
    at: SourcePosition | undefined,
    more: readonly Edge[],
  ): StreamFace {
    const edges = [this.#edge, ...more] as const
    return this.#to(this.#graph.add(verb, { kind: "transform", name: options?.name, at, edges, operator }))
  }

  #state(
    rule: StateRule,
    timeout: string,
    options: StateVerbOptions | undefined,
    at: SourcePosition | undefined,
    more: readonly Edge[] = [],
    verb: string = rule.verb,
  ): StreamFace {
    checkOptions(`${verb}()`, options)
    const timeoutMs = parseDurationOr("forever", timeout, `${verb}(): the ${nameOfTimeout(rule)}`)
    const edges = [this.#edge, ...more] as const
    const keysMax = options?.maxKeys
    return this.#to(this.#graph.add(verb, { kind: "state", name: options?.name, at, edges, rule, timeoutMs, keysMax }))
  }

  #output(verb: string, output: Output, name: string | undefined): void {
    this.#graph.add(verb, { kind: "output", name, at: callSite(), edges: [this.#edge], output })
  }

  #ofState(reads: "changes" | "ended"): StreamFace {
    const node = this.#graph.node(this.#node)
    if (node.kind !== "state") throw refuse("MR_NOT_A_STATE", { verb: reads, got: node.name })
    return new StreamFace(this.#graph, this.#node, reads)
  }

  get #edge(): Edge {
    return sameStep(this.#node, this.#reads)
  }

  /** The edge to another stream of the same job. */
  #edgeOf(verb: string, other: unknown, at: SourcePosition | undefined): Edge {
    const edge = other instanceof StreamFace ? other.edgeIn(this.#graph) : undefined
    if (edge === undefined) throw refuse("MR_STREAM_OF_OTHER_JOB", { verb, at })
    return edge
  }

  #to(node: NodeId): StreamFace {
    return new StreamFace(this.#graph, node)
  }
}

function requireText(where: string, option: string, text: unknown): void {
  if (typeof text === "string" && text.length >= 1 && text.length <= 100) return
  throw refuse("MR_OPTION_INVALID", { where, option, expected: "a text of 1 to 100 characters", got: text })
}

function requireCallable(verb: string, argument: string, f: unknown, at: SourcePosition | undefined): void {
  if (typeof f !== "function") throw refuse("MR_FUNCTION_EXPECTED", { verb, argument, got: f, at })
}

/** An operator's function: synchronous, as far as can be seen before it is called. */
function requireFunction(verb: string, argument: string, f: unknown, at: SourcePosition | undefined): void {
  requireCallable(verb, argument, f, at)
  const kind = Object.prototype.toString.call(f)
  if (kind === "[object AsyncFunction]" || kind === "[object AsyncGeneratorFunction]")
    throw refuse("MR_ASYNC_OPERATOR", { verb, at })
}
