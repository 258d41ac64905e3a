/** The fluent face: each verb checks its arguments, adds a node, and gives the stream that reads it. */
import type { SourcePosition } from "../base/call-site.ts"
import { callSite } from "../base/call-site.ts"
import { refuse } from "../base/errors.ts"
import { checkOptions } from "../base/options.ts"
import type { GraphBuilder } from "../stream/graph-builder.ts"
import type { NodeId, Output, Reads } from "../stream/node.ts"
import { sameStep } from "../stream/node.ts"
import type { Combine, NarrowOperator, OnError, Operator } from "../stream/operator.ts"
import type { ForeachOptions, PrintOptions, RecordOptions, StateOptions, VerbOptions } from "./verb-options.ts"

type AnyFunction = (...args: never[]) => unknown

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

  keyBy(f: AnyFunction, options?: RecordOptions): StreamFace {
    return this.#narrow("keyBy", f, options)
  }

  reduceByKey(add: AnyFunction, options?: VerbOptions): StreamFace {
    checkOptions("reduceByKey()", options)
    const at = callSite()
    requireFunction("reduceByKey", "first argument", add, at)
    return this.#transform({ verb: "reduceByKey", add: add as Combine }, options, at)
  }

  count(options?: VerbOptions): StreamFace {
    checkOptions("count()", options)
    return this.#transform({ verb: "count" }, options, callSite())
  }

  runningReduce(add: AnyFunction, options?: StateOptions): StreamFace {
    checkOptions("runningReduce()", options)
    const at = callSite()
    requireFunction("runningReduce", "first argument", add, at)
    const edges = [sameStep(this.#node, this.#reads)] as const
    return this.#to(
      this.#graph.add("runningReduce", {
        kind: "state",
        verb: "runningReduce",
        name: options?.name,
        at,
        edges,
        add: add as Combine,
        ends: "forever",
      }),
    )
  }

  changes(): StreamFace {
    const node = this.#graph.node(this.#node)
    if (node.kind !== "state") throw refuse("MR_NOT_A_STATE", { verb: "changes", got: node.name })
    return new StreamFace(this.#graph, this.#node, "changes")
  }

  invalid(): StreamFace {
    const node = this.#graph.node(this.#node)
    if (node.kind !== "input" || node.onInvalid !== "collect")
      throw refuse("MR_INVALID_NOT_COLLECTED", { source: node.name })
    return new StreamFace(this.#graph, this.#node, "invalid")
  }

  print(options?: PrintOptions): void {
    checkOptions("print()", options)
    this.#output("print", { kind: "print", rowsMax: options?.rows ?? 10 }, options?.name)
  }

  foreachRDD(f: AnyFunction, options?: ForeachOptions): void {
    checkOptions("foreachRDD()", options)
    requireCallable("foreachRDD", "first argument", f, callSite())
    this.#output("foreachRDD", { kind: "foreachRDD", f, attemptsMax: options?.attempts ?? 3 }, options?.name)
  }

  output(name: string): void {
    if (typeof name !== "string" || name.length < 1 || name.length > 100) {
      throw refuse("MR_OPTION_INVALID", {
        where: "output()",
        option: "name",
        expected: "a text of 1 to 100 characters",
        got: name,
      })
    }
    this.#output("output", { kind: "rows" }, name)
  }

  #narrow(verb: NarrowOperator["verb"], f: AnyFunction, options: RecordOptions | undefined): StreamFace {
    checkOptions(`${verb}()`, options)
    const at = callSite()
    requireFunction(verb, "first argument", f, at)
    const onError: OnError = options?.onError ?? "stop"
    return this.#transform({ verb, f: f as NarrowOperator["f"], onError }, options, at)
  }

  #transform(operator: Operator, options: VerbOptions | undefined, at: SourcePosition | undefined): StreamFace {
    const edges = [sameStep(this.#node, this.#reads)] as const
    return this.#to(this.#graph.add(operator.verb, { kind: "transform", name: options?.name, at, edges, operator }))
  }

  #output(verb: string, output: Output, name: string | undefined): void {
    this.#graph.add(verb, { kind: "output", name, at: callSite(), edges: [sameStep(this.#node, this.#reads)], output })
  }

  #to(node: NodeId): StreamFace {
    return new StreamFace(this.#graph, node)
  }
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
