/**
 * What driver and workers compare before a job starts: a line a node, saying everything about it that a program
 * decides but its functions, whose source the bundle's hash covers.
 */
import type { Graph, Node } from "../stream/node.ts"

export function fingerprintLines(graph: Graph): string[] {
  return [`job ${graph.job} interval=${graph.intervalMs} partitions=${graph.partitions}`, ...graph.nodes.map(nodeLine)]
}

/** The same with the program's hash before it: what a run is of. */
export const programLines = (graph: Graph, programHash: string): string[] => [
  `program ${programHash}`,
  ...fingerprintLines(graph),
]

/** The first line in which two fingerprints differ, with both sides; undefined if they are the same. */
export function firstDifference(
  driver: readonly string[],
  worker: readonly string[],
): { readonly node: string; readonly driver: string; readonly worker: string } | undefined {
  for (let i = 0; i < Math.max(driver.length, worker.length); i++) {
    if (driver[i] === worker[i]) continue
    const node = i === 0 ? "the job" : `node ${i - 1}`
    return { node, driver: driver[i] ?? "nothing", worker: worker[i] ?? "nothing" }
  }
  return undefined
}

function nodeLine(node: Node): string {
  const parents = node.edges.map((edge) => `${edge.parent}.${edge.reads}[${edge.steps.join()}]`).join()
  // Functions are left out, as JSON does.
  return `${node.kind} ${node.name} every=${node.slide} (${parents}) ${JSON.stringify(optionsOf(node))}`
}

function optionsOf(node: Node): unknown {
  switch (node.kind) {
    case "input":
      return {
        source: node.source.description,
        schema: node.schema?.["~standard"].vendor,
        onInvalid: node.onInvalid,
        recordBytesMax: node.recordBytesMax,
        stepBytesMax: node.stepBytesMax,
        content: node.content,
        time: node.time,
      }
    case "table":
      return { refreshMs: node.refreshMs }
    case "transform":
      return node.operator
    case "state": {
      const { rule, timeoutMs, keysMax } = node
      return { rule, timeoutMs, keysMax }
    }
    case "output":
      return node.output.kind === "sink" ? { ...node.output, sink: node.output.sink.description } : node.output
  }
}
