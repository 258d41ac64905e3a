/** A table as the program holds it: something to join with. Its type is `Table`. */
import type { SourcePosition } from "../base/call-site.ts"
import { refuse } from "../base/errors.ts"
import type { GraphBuilder } from "../stream/graph-builder.ts"
import type { NodeId } from "../stream/node.ts"

export class TableFace {
  readonly #graph: GraphBuilder
  readonly #node: NodeId

  constructor(graph: GraphBuilder, node: NodeId) {
    this.#graph = graph
    this.#node = node
  }

  /** Its node, for a verb of the same job. @throws MR_STREAM_OF_OTHER_JOB */
  nodeIn(graph: GraphBuilder, verb: string, at: SourcePosition | undefined): NodeId {
    if (graph !== this.#graph) throw refuse("MR_STREAM_OF_OTHER_JOB", { verb, at })
    return this.#node
  }
}
