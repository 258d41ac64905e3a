/** One partition of a state from step to step. */
import type { Graph, StateNode } from "../../stream/node.ts"
import { isHeldShown } from "../../stream/state-rule.ts"
import type { StepTime } from "../../stream/step-time.ts"
import type { Keyed } from "./by-key.ts"
import type { Event } from "./events.ts"
import type { Pair } from "./rdd.ts"
import * as rules from "./state-rules.ts"
import { Table } from "./table.ts"

/** What a state's partition sees of a step, which depends on its rule. */
export interface StateInput {
  /** One by one; most rules. */
  readonly events?: readonly Event[]
  /** Combined by key; `runningReduce`. */
  readonly reduced?: Keyed
  /** Combined by key, for several steps; `reduceByWindow`. */
  readonly partials?: rules.Partials
}

export interface StateOutput {
  /** What is held, or, of a state that does not show it, what came out. */
  readonly records: readonly unknown[]
  readonly changes: readonly Pair[]
  readonly ended: readonly Pair[]
}

export class PartitionOfState {
  readonly #graph: Graph
  readonly #node: StateNode
  readonly #table = new Table<unknown>()

  constructor(graph: Graph, node: StateNode) {
    this.#graph = graph
    this.#node = node
  }

  get keys(): number {
    return this.#table.size
  }

  next(input: StateInput, time: StepTime): StateOutput {
    const { rule, keysMax } = this.#node
    const table = this.#table
    const emitted: unknown[] = []
    const emit = (out: unknown): void => void emitted.push(out)
    table.begin(time.step)
    this.#see(input, emit)
    table.closeTouched()
    this.#expire(time, emit)
    if (keysMax !== undefined) table.cap(Math.ceil(keysMax / this.#graph.partitions))
    return { records: isHeldShown(rule) ? table.held : emitted, changes: table.changes, ended: table.ended }
  }

  #see({ events = [], reduced, partials }: StateInput, emit: (out: unknown) => void): void {
    const { rule, timeoutMs = Infinity } = this.#node
    const table = this.#table
    switch (rule.verb) {
      case "runningReduce":
        return rules.runningReduce(rule, table, reduced!)
      case "reduceByWindow":
        return rules.reduceByWindow(rule, table, partials!)
      case "track":
        return rules.track(rule, table, events)
      case "flatMapWithState":
        return rules.flatMapWithState(rule, table, events, emit)
      case "distinctBy":
        return rules.distinctBy(table, events, emit)
      case "joinWithin":
        return rules.joinWithin(timeoutMs, table as Table<rules.Sides>, events, emit)
      case "reduceBySession":
        return rules.reduceBySession(rule, timeoutMs, table as Table<rules.Session>, events, emit)
    }
  }

  #expire({ end }: StepTime, emit: (out: unknown) => void): void {
    const { rule, timeoutMs } = this.#node
    const { intervalMs } = this.#graph
    if (timeoutMs === undefined) return
    if (rule.verb === "joinWithin") {
      rules.dropWaiting(timeoutMs, rule.outer, this.#table as Table<rules.Sides>, intervalMs, end, emit)
    } else if (rule.verb === "reduceBySession") {
      rules.closeSessions(timeoutMs, this.#table as Table<rules.Session>, intervalMs, emit)
    } else {
      rules.timeOut(rule, this.#table, timeoutMs / intervalMs, emit)
    }
  }
}
