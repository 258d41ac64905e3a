/** Names of blocks and tables: what a thing is, not where it lies. The same name always has the same content. */

/** The block a stage gives for one step and partition. */
export interface BlockName {
  readonly stage: number
  readonly step: number
  readonly partition: number
}

/** A block, a table's version, a received chunk or a range of a source: what a task may need. */
export type Name =
  | ({ readonly kind: "block" } & BlockName)
  | ({ readonly kind: "table" } & BlockName)
  | { readonly kind: "chunk"; readonly chunk: number }
  | { readonly kind: "range"; readonly node: number; readonly from: number; readonly until: number }

export const showBlockName = ({ stage, step, partition }: BlockName): string =>
  `stage ${stage}, step ${step}, partition ${partition}`
