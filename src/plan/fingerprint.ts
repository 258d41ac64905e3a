/**
 * What driver and workers compare before a job starts: a line a node, saying everything about it that a program
 * decides but its functions, whose source the bundle's hash covers.
 */
import type { Graph, Node } from "../stream/node.ts"

export function fingerprintLines(graph: Graph): string[] {
  return [`job ${graph.job} interval=${graph.intervalMs} partitions=${graph.partitions}`, ...graph.nodes.map(nodeLine)]
}

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
  return `${node.kind} ${node.name} (${parents}) ${JSON.stringify(optionsOf(node))}`
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
      }
    case "transform":
      return { verb: node.operator.verb, onError: "onError" in node.operator ? node.operator.onError : undefined }
    case "state":
      return { verb: node.verb, ends: node.ends }
    case "output":
      return node.output
  }
}
