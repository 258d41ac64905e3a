/** The blocks of a run that lie with the driver: what tasks gave, and what sources received. */
import { collectGarbage } from "../base/collect-garbage.ts"
import type { Block } from "../block/block.ts"
import type { BlockName } from "../block/block-name.ts"
import { showBlockName } from "../block/block-name.ts"
import type { Step } from "../stream/step-record.ts"

const GARBAGE_BYTES = 128 * 2 ** 20

export class BlockStore {
  readonly #blocks: Map<Step, (Block | undefined)[]>[] = [] // by stage, by step, by partition
  readonly #chunks = new Map<number, Block>()
  #heldBytes = 0
  #droppedBytes = 0 // since garbage was collected last

  /**
   * Keeps a block; says whether it was new. A block that is there already stays: a second one of its name has the same
   * content.
   */
  put({ stage, step, partition }: BlockName, block: Block): boolean {
    const ofStage = (this.#blocks[stage] ??= new Map())
    const blocks: (Block | undefined)[] = ofStage.get(step) ?? []
    if (blocks[partition] !== undefined) return false
    ofStage.set(step, blocks)
    blocks[partition] = block
    this.#heldBytes += block.sizeBytes
    return true
  }

  has({ stage, step, partition }: BlockName): boolean {
    return this.#blocks[stage]?.get(step)?.[partition] !== undefined
  }

  get(name: BlockName): Block {
    return this.#blocks[name.stage]?.get(name.step)?.[name.partition] ?? missing(showBlockName(name))
  }

  drop({ stage, step, partition }: BlockName): void {
    const ofStage = this.#blocks[stage]
    const blocks = ofStage?.get(step)
    if (blocks?.[partition] === undefined) return
    this.#dropped(blocks[partition])
    blocks[partition] = undefined
    if (blocks.every((block) => block === undefined)) ofStage!.delete(step)
  }

  putChunk(chunk: number, block: Block): void {
    this.#chunks.set(chunk, block)
    this.#heldBytes += block.sizeBytes
  }

  chunk(chunk: number): Block {
    return this.#chunks.get(chunk) ?? missing(`chunk ${chunk}`)
  }

  dropChunk(chunk: number): void {
    this.#dropped(this.#chunks.get(chunk))
    this.#chunks.delete(chunk)
  }

  /** So much garbage may lie about as there is in use, or what it costs nobody to ignore. */
  collectIfWorthwhile(): void {
    if (this.#droppedBytes < Math.max(GARBAGE_BYTES, this.#heldBytes)) return
    this.#droppedBytes = 0
    collectGarbage()
  }

  #dropped(block: Block | undefined): void {
    if (block === undefined) return
    this.#heldBytes -= block.sizeBytes
    this.#droppedBytes += block.sizeBytes
  }
}

function missing(name: string): never {
  throw new Error(`invariant: there is no block of ${name}`)
}
