/** What a task reads, as its lineage names it. */
import type { Block } from "../block/block.ts"
import type { ReadOnlyTable } from "../state/table.ts"
import type { NodeId } from "../stream/node.ts"
import type { Step } from "../stream/step-record.ts"
import type { ArrivalMessage } from "../wire/messages.ts"
import type { CutInput } from "./input-reader.ts"
import type { LookedUp } from "./loop.ts"

/** Cuts of an input, or blocks of another stage with the steps (or arrivals) they are of. */
export interface ReadInput {
  readonly cuts: readonly CutInput[]
  readonly blocks: readonly { readonly step: Step; readonly block: Block }[]
}

export interface TaskInputs {
  /** By branch, by read. */
  readonly branches: readonly (readonly ReadInput[])[]
  /** The state's version that is read: before this step for a state stage, after it for one that reads another's. */
  readonly table: ReadOnlyTable | undefined
  readonly tables: LookedUp
  /** Nodes that may give something of nothing, to which nothing can have come: they give nothing of it. */
  readonly still: readonly NodeId[]
  /** Of a task that runs for an arrival. */
  readonly arrival: ArrivalMessage | undefined
}
