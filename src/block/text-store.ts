/**
 * Texts by id, in shared memory: what a worker that has given texts ids hands to others, so that a block may name its keys
 * by these ids. Only the worker that it belongs to adds to it, and never changes what is there; a block that names ids is
 * handed over after their texts were written. When the arrays are full, larger ones take their place: those that others
 * have still hold what their blocks name.
 */

/** A store as it goes from worker to worker. Arrays are by id, in shared memory. */
export interface SharedTexts {
  /** No two stores have the same, whichever worker they are of. */
  readonly name: string
  /** What `hashValue` gives for each text. */
  readonly hashes: Int32Array
  /** Where the bytes of each text end; they begin where those of the text before it end. */
  readonly ends: Uint32Array
  /** UTF-8. */
  readonly bytes: Uint8Array
}

export class TextStore {
  readonly shared: SharedTexts
  readonly hashes: Int32Array
  readonly ends: Uint32Array
  readonly bytes: Buffer

  constructor(shared: SharedTexts) {
    const { hashes, ends, bytes } = shared
    this.shared = shared
    this.hashes = hashes
    this.ends = ends
    this.bytes = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  }

  static empty(name: string, texts: number, bytes: number): TextStore {
    return new TextStore({ name, ...room(texts, bytes) })
  }

  get name(): string {
    return this.shared.name
  }

  /** The same texts, with room for more. */
  withRoom(texts: number, bytes: number): TextStore {
    const larger = { name: this.name, ...room(texts, bytes) }
    larger.hashes.set(this.hashes)
    larger.ends.set(this.ends)
    larger.bytes.set(this.bytes)
    return new TextStore(larger)
  }

  start(id: number): number {
    return id === 0 ? 0 : this.ends[id - 1]!
  }

  byteLength(id: number): number {
    return this.ends[id]! - this.start(id)
  }

  text(id: number): string {
    return this.bytes.toString("utf8", this.start(id), this.ends[id])
  }

  /** Writes the text's bytes; says where they end. */
  write(id: number, out: Buffer, at: number): number {
    const [bytes, until] = [this.bytes, this.ends[id]!]
    let to = at
    for (let from = this.start(id); from < until; from++) out[to++] = bytes[from]!
    return to
  }
}

const room = (texts: number, bytes: number): Omit<SharedTexts, "name"> & { readonly hashes: Int32Array } => ({
  hashes: new Int32Array(new SharedArrayBuffer(texts * 4)),
  ends: new Uint32Array(new SharedArrayBuffer(texts * 4)),
  bytes: new Uint8Array(new SharedArrayBuffer(bytes)),
})
