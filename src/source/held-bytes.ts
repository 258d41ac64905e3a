/**
 * The bytes of a record that is not whole yet. They are copied, so no chunk stays in memory for them, into a buffer that
 * grows by doubling, so a record that comes in many small pieces costs time in proportion to its length.
 */
export class HeldBytes {
  #buffer: Buffer = Buffer.alloc(0)
  #length = 0

  get length(): number {
    return this.#length
  }

  add(bytes: Buffer): void {
    const length = this.#length + bytes.length
    if (length > this.#buffer.length) {
      const grown = Buffer.allocUnsafe(Math.max(length, 2 * this.#buffer.length))
      this.#buffer.copy(grown, 0, 0, this.#length)
      this.#buffer = grown
    }
    this.#buffer.set(bytes, this.#length)
    this.#length = length
  }

  /** What was held. Nothing is held any more. */
  take(): Buffer {
    return this.takeWith(Buffer.alloc(0))
  }

  /** What was held, then `bytes`. Nothing is held any more. */
  takeWith(bytes: Buffer): Buffer {
    if (this.#length === 0) return bytes
    const joined = Buffer.concat([this.#buffer.subarray(0, this.#length), bytes])
    this.#length = 0
    return joined
  }
}
