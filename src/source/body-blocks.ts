/**
 * The bytes of a body while it comes. They are copied into blocks that grow with it, so what is held is about what has
 * come, however small its pieces: a body sent byte by byte does not become a crowd of buffers.
 */
const BLOCK_BYTES_MIN = 1_024
const BLOCK_BYTES_MAX = 65_536

export class BodyBlocks {
  readonly #blocks: Buffer[] = []
  /** What is left of the last block. */
  #free: Buffer = Buffer.alloc(0)
  #bytes = 0

  get bytes(): number {
    return this.#bytes
  }

  add(chunk: Buffer): void {
    for (let from = 0; from < chunk.length;) {
      if (this.#free.length === 0) this.#grow()
      const copied = chunk.copy(this.#free, 0, from)
      this.#free = this.#free.subarray(copied)
      from += copied
    }
    this.#bytes += chunk.length
  }

  /** All of it, in order. */
  get blocks(): Buffer[] {
    const last = this.#blocks.at(-1)
    return last === undefined ? [] : [...this.#blocks.slice(0, -1), last.subarray(0, last.length - this.#free.length)]
  }

  #grow(): void {
    this.#free = Buffer.allocUnsafeSlow(Math.min(BLOCK_BYTES_MAX, Math.max(BLOCK_BYTES_MIN, this.#bytes)))
    this.#blocks.push(this.#free)
  }
}
