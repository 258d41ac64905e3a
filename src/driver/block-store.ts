/** The blocks of a run that lie with the driver: what tasks gave, and what sources received. */
import { collectGarbage } from "../base/collect-garbage.ts"
import type { Block } from "../block/block.ts"
import type { BlockName } from "../block/block-name.ts"
import { showBlockName } from "../block/block-name.ts"

const GARBAGE_BYTES = 128 * 2 ** 20

/** Partitions of a job are fewer. */
const PARTITIONS = 2 ** 12

export class BlockStore {
  readonly #blocks: Map<number, Block>[] = [] // by stage, by step and partition
  readonly #chunks = new Map<number, Block>()
  #heldBytes = 0
  #droppedBytes = 0 // since garbage was collected last

  /**
   * Keeps a block; says whether it was new. A block that is there already stays: a second one of its name has the same
   * content.
   */
  put(name: BlockName, block: Block): boolean {
    const blocks = (this.#blocks[name.stage] ??= new Map())
    const place = placeOf(name)
    if (blocks.has(place)) return false
    blocks.set(place, block)
    this.#heldBytes += block.sizeBytes
    return true
  }

  get(name: BlockName): Block {
    return this.#blocks[name.stage]?.get(placeOf(name)) ?? missing(showBlockName(name))
  }

  drop(name: BlockName): void {
    const blocks = this.#blocks[name.stage]
    const place = placeOf(name)
    this.#dropped(blocks?.get(place))
    blocks?.delete(place)
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

const placeOf = ({ step, partition }: BlockName): number => step * PARTITIONS + partition

function missing(name: string): never {
  throw new Error(`invariant: there is no block of ${name}`)
}
