/** Names of blocks and tables: what a thing is, not where it lies. The same name always has the same content. */

/** The block a stage gives for one step and partition; of a stage that runs for each arrival, `step` is the arrival. */
export interface BlockName {
  readonly stage: number
  readonly step: number
  readonly partition: number
}

/**
 * A block, a state's version, a received chunk, a range of a source, or a version of a table's rows: what a task may
 * need. `at` says the place of a cut among all that arrived with it, `origin` which
 * of a stream's sources it is from.
 */
export type Name =
  | ({ readonly kind: "block" } & BlockName)
  | ({ readonly kind: "table" } & BlockName)
  | { readonly kind: "chunk"; readonly chunk: number; readonly at: number; readonly origin: number }
  | {
      readonly kind: "range"
      readonly node: number
      readonly from: number
      readonly until: number
      readonly at: number
    }
  | { readonly kind: "rows"; readonly node: number; readonly version: number }

export const showBlockName = ({ stage, step, partition }: BlockName): string =>
  `stage ${stage}, step ${step}, partition ${partition}`
