/** The blocks of a run that lie with the driver: what tasks gave, and what sources received. */
import type { Block } from "../block/block.ts"
import type { BlockName } from "../block/block-name.ts"
import { showBlockName } from "../block/block-name.ts"

export class BlockStore {
  readonly #blocks = new Map<string, Block>()
  readonly #chunks = new Map<number, Block>()
  #bytes = 0

  /** Bytes held now. */
  get sizeBytes(): number {
    return this.#bytes
  }

  /**
   * Keeps a block; says whether it was new. A block that is there already stays: a second one of its name has the same
   * content.
   */
  put(name: BlockName, block: Block): boolean {
    const key = showBlockName(name)
    if (this.#blocks.has(key)) return false
    this.#blocks.set(key, block)
    this.#bytes += block.sizeBytes
    return true
  }

  get(name: BlockName): Block {
    return found(this.#blocks.get(showBlockName(name)), showBlockName(name))
  }

  drop(name: BlockName): void {
    const key = showBlockName(name)
    this.#bytes -= this.#blocks.get(key)?.sizeBytes ?? 0
    this.#blocks.delete(key)
  }

  putChunk(chunk: number, block: Block): void {
    this.#chunks.set(chunk, block)
    this.#bytes += block.sizeBytes
  }

  chunk(chunk: number): Block {
    return found(this.#chunks.get(chunk), `chunk ${chunk}`)
  }

  dropChunk(chunk: number): void {
    this.#bytes -= this.#chunks.get(chunk)?.sizeBytes ?? 0
    this.#chunks.delete(chunk)
  }
}

function found(block: Block | undefined, name: string): Block {
  if (block === undefined) throw new Error(`invariant: there is no block of ${name}`)
  return block
}
