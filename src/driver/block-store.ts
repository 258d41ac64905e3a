/** The blocks of a run that lie with the driver: what tasks gave, and what sources received. */
import { collectGarbage } from "../base/collect-garbage.ts"
import type { Block } from "../block/block.ts"
import type { BlockName } from "../block/block-name.ts"
import { showBlockName } from "../block/block-name.ts"

const GARBAGE_BYTES = 128 * 2 ** 20

export class BlockStore {
  readonly #blocks = new Map<string, Block>()
  readonly #chunks = new Map<number, Block>()
  #heldBytes = 0
  #droppedBytes = 0 // since garbage was collected last

  /**
   * Keeps a block; says whether it was new. A block that is there already stays: a second one of its name has the same
   * content.
   */
  put(name: BlockName, block: Block): boolean {
    const key = showBlockName(name)
    if (this.#blocks.has(key)) return false
    this.#blocks.set(key, block)
    this.#heldBytes += block.sizeBytes
    return true
  }

  get(name: BlockName): Block {
    return found(this.#blocks.get(showBlockName(name)), showBlockName(name))
  }

  drop(name: BlockName): void {
    const key = showBlockName(name)
    this.#dropped(this.#blocks.get(key))
    this.#blocks.delete(key)
  }

  putChunk(chunk: number, block: Block): void {
    this.#chunks.set(chunk, block)
    this.#heldBytes += block.sizeBytes
  }

  chunk(chunk: number): Block {
    return found(this.#chunks.get(chunk), `chunk ${chunk}`)
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

function found(block: Block | undefined, name: string): Block {
  if (block === undefined) throw new Error(`invariant: there is no block of ${name}`)
  return block
}
