/**
 * The graph's nodes: frozen data, four kinds, and tables, which are inputs that are looked up by key. Everything a
 * program says is composed from these.
 *
 *     input ──▶ transform ──▶ … ──▶ state ──▶ … ──▶ output
 *
 * An edge says which parent, what of it, and which of its steps: offset 0 is the same step, −1 the one before.
 */
import type { StandardSchemaV1 } from "@standard-schema/spec"
import type { SourcePosition } from "../base/call-site.ts"
import type { NodeId } from "./node-id.ts"
import type { Operator } from "./operator.ts"
import type { Sink } from "./sink.ts"
import type { Content, Source } from "./source.ts"
import type { StateRule } from "./state-rule.ts"

export type { NodeId }

/**
 * What of the parent an edge reads: its records, or, of a state, the keys written or those ended in the step, or, of a
 * source, its invalid records or those that came too late.
 */
export type Reads = "records" | "changes" | "ended" | "invalid" | "late"

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
  /**
   * Steps from one of its RDDs to the next: 1 for most. A node of slide n has one at each step whose end is a whole
   * multiple of n steps since the Unix epoch.
   */
  readonly slide: number
}

/** What happens to a record that cannot be decoded or does not match the schema. */
export type OnInvalid = "stop" | "skip" | "collect"

/** How records are given to steps by their own time. */
export interface RecordTime {
  /** Milliseconds since the Unix epoch, or a Date. */
  readonly of: (record: never) => unknown
  /** How far a record may be behind the newest of its source's partition. */
  readonly slackMs: number
  /** After so long without a record a partition of the source holds nobody back. Undefined: slack or two steps. */
  readonly idleMs: number | undefined
  /** Records further ahead of the clock are left out; undefined: none is. */
  readonly aheadMs: number | undefined
}

export interface InputNode extends NodeBase {
  readonly kind: "input"
  readonly edges: readonly []
  readonly source: Source
  readonly content: Content
  readonly schema: StandardSchemaV1 | undefined
  readonly onInvalid: OnInvalid
  readonly recordBytesMax: number
  readonly stepBytesMax: number
  /** Undefined: a record belongs to the step in which it arrives. */
  readonly time: RecordTime | undefined
}

/** Rows by key, loaded on the driver, again now and then; a step sees one version of them. */
export interface TableNode extends NodeBase {
  readonly kind: "table"
  readonly edges: readonly []
  readonly load: (params: never) => unknown
  readonly key: (row: unknown) => unknown
  /** Undefined: it is loaded once. */
  readonly refreshMs: number | undefined
}

export interface TransformNode extends NodeBase {
  readonly kind: "transform"
  /** One for most; a join has two, a union any number. */
  readonly edges: readonly [Edge, ...Edge[]]
  readonly operator: Operator
}

export interface StateNode extends NodeBase {
  readonly kind: "state"
  readonly edges: readonly [Edge, ...Edge[]]
  readonly rule: StateRule
  /** A key ends when this much step time has passed since the step that touched it last. Undefined: never. */
  readonly timeoutMs: number | undefined
  /** Keys held at most, in all partitions together; the one touched longest ago ends first. Undefined: any number. */
  readonly keysMax: number | undefined
}

export interface OutputNode extends NodeBase {
  readonly kind: "output"
  readonly edges: readonly [Edge]
  readonly output: Output
}

export type Output =
  | { readonly kind: "print"; readonly rowsMax: number }
  | { readonly kind: "foreachRDD"; readonly f: (...args: never[]) => unknown; readonly attemptsMax: number }
  | { readonly kind: "sink"; readonly sink: Sink; readonly attemptsMax: number }
  | { readonly kind: "rows" } // read by the program that started the job
  | { readonly kind: "remember"; readonly lengthMs: number; readonly bytesMax: number } // held, to be asked for

export type Node = InputNode | TableNode | TransformNode | StateNode | OutputNode

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
