/**
 * The graph's nodes: frozen data, four kinds. Everything a program says is composed from these.
 *
 *     input ──▶ transform ──▶ … ──▶ state ──▶ … ──▶ output
 *
 * An edge says which parent, what of it, and which of its steps: offset 0 is the same step, −1 the one before.
 */
import type { StandardSchemaV1 } from "@standard-schema/spec"
import type { SourcePosition } from "../base/call-site.ts"
import type { Combine, Operator } from "./operator.ts"
import type { Content, Source } from "./source.ts"

export type NodeId = number

/** What of the parent an edge reads: its records, a state's keys written in the step, or a source's invalid records. */
export type Reads = "records" | "changes" | "invalid"

export interface Edge {
  readonly parent: NodeId
  readonly reads: Reads
  /** First and last step read, as offsets to the reading step. */
  readonly steps: readonly [first: number, last: number]
}

interface NodeBase {
  readonly id: NodeId
  readonly name: string
  readonly at: SourcePosition | undefined
}

/** What happens to a record that cannot be decoded or does not match the schema. */
export type OnInvalid = "stop" | "skip" | "collect"

export interface InputNode extends NodeBase {
  readonly kind: "input"
  readonly edges: readonly []
  readonly source: Source
  readonly content: Content
  readonly schema: StandardSchemaV1 | undefined
  readonly onInvalid: OnInvalid
  readonly recordBytesMax: number
  readonly stepBytesMax: number
}

export interface TransformNode extends NodeBase {
  readonly kind: "transform"
  readonly edges: readonly [Edge]
  readonly operator: Operator
}

export interface StateNode extends NodeBase {
  readonly kind: "state"
  readonly verb: "runningReduce"
  readonly edges: readonly [Edge]
  readonly add: Combine
  /** What ends a key. */
  readonly ends: "forever"
}

export interface OutputNode extends NodeBase {
  readonly kind: "output"
  readonly edges: readonly [Edge]
  readonly output: Output
}

export type Output =
  | { readonly kind: "print"; readonly rowsMax: number }
  | { readonly kind: "foreachRDD"; readonly f: (...args: never[]) => unknown; readonly attemptsMax: number }
  | { readonly kind: "rows" } // read by the program that started the job

export type Node = InputNode | TransformNode | StateNode | OutputNode

/** The whole program, sealed: node `i` stands at index `i`, parents before children. */
export interface Graph {
  readonly job: string
  readonly nodes: readonly Node[]
  readonly intervalMs: number
  /** Partitions of every RDD, but for whole-stream results, which have one. */
  readonly partitions: number
}

export const sameStep = (parent: NodeId, reads: Reads = "records"): Edge =>
  Object.freeze({ parent, reads, steps: [0, 0] as const })
