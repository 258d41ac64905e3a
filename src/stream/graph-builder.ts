/** Collects the nodes a program's builder declares, then seals them into a graph. */
import type { SourcePosition } from "../base/call-site.ts"
import { parseDuration } from "../base/duration.ts"
import { refuse } from "../base/errors.ts"
import { composed } from "./composition.ts"
import type { Graph, Node, NodeId } from "./node.ts"

/** A node as a verb describes it: the builder adds number and name, and, when all are known, what they mean together. */
type Unnumbered<N> = N extends Node ? Omit<N, "id" | "name" | "slide"> & { readonly name: string | undefined } : never

/** Throws for a node that has no place in the graph. */
export type Admit = (verb: string, node: Unnumbered<Node>) => void

export class GraphBuilder {
  readonly #job: string
  readonly #admit: Admit
  readonly #nodes: Node[] = []
  #interval: { readonly text: string; readonly at: SourcePosition | undefined } | undefined
  #sealed = false

  /** Every node has a place unless `admit` says otherwise. */
  constructor(job: string, admit: Admit = () => undefined) {
    this.#job = job
    this.#admit = admit
  }

  /** Adds a node and gives its number. A name that is not given is derived from what the node does and its number. */
  add(verb: string, node: Unnumbered<Node>): NodeId {
    if (this.#sealed) throw refuse("MR_GRAPH_SEALED", { verb })
    this.#admit(verb, node)
    const id = this.#nodes.length
    const name = node.name ?? `${verb}-${id}`
    if (this.#nodes.some((other) => isNamed(other.kind, node.kind) && other.name === name)) {
      throw refuse("MR_NAME_TAKEN", { kind: node.kind === "input" ? "source" : node.kind, name, at: node.at })
    }
    this.#nodes.push({ ...node, id, name, slide: 1 } as Node)
    return id
  }

  node(id: NodeId): Node {
    return this.#nodes[id]!
  }

  /** States the job's interval; two that differ are refused. */
  stateInterval(text: string, at: SourcePosition | undefined): void {
    const ms = parseDuration(text, "the interval")
    const stated = this.#interval
    if (stated !== undefined && parseDuration(stated.text, "the interval") !== ms) {
      throw refuse("MR_INTERVAL_DIFFERS", { first: stated.text, firstAt: stated.at, second: text, secondAt: at })
    }
    this.#interval ??= { text, at }
  }

  /** The graph as declared. `intervalMs` takes the place of the interval that the program states. */
  seal(partitions: number, intervalMs: number | undefined): Graph {
    this.#sealed = true
    if (!this.#nodes.some((node) => node.kind === "output")) throw refuse("MR_NO_OUTPUT", { job: this.#job })
    if (intervalMs === undefined && this.#interval === undefined)
      throw refuse("MR_INTERVAL_MISSING", { job: this.#job })
    const stepMs = intervalMs ?? parseDuration(this.#interval!.text, "the interval")
    const nodes = Object.freeze(composed(this.#nodes, stepMs))
    return Object.freeze({ job: this.#job, nodes, intervalMs: stepMs, partitions })
  }
}

/** Names of one kind of node must differ, but for transforms, whose names are for messages only. */
const isNamed = (kind: Node["kind"], other: Node["kind"]): boolean => kind === other && kind !== "transform"
