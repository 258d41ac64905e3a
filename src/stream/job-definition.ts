/** What a program's module exports, as driver and workers see it: something that declares the same graph everywhere. */
import type { Graph } from "./node.ts"

/** What is decided when a job is started, and is then the same for driver and workers. */
export interface GraphSettings {
  /** The validated parameters. */
  readonly params: unknown
  /** In place of the interval that the program states. */
  readonly intervalMs: number | undefined
  /** In place of the number of partitions that the program states. */
  readonly partitions: number | undefined
}

export interface JobDefinition {
  readonly name: string
  /** Runs the program's builder: pure, synchronous, the same graph for the same settings. */
  graph(settings: GraphSettings): Graph
}
