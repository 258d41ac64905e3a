import { Fields, LINE_MAX, nameBytes, TEXTS_BYTES_MAX } from "./fields.ts"
import { WasmDictionary } from "./wasm-dictionary.ts"
import { PIECE } from "./wasm-instance.ts"
import type { WasmModule } from "./web-assembly.ts"

/** Bytes of a name in the table of `assembly/fields.ts`. */
const NAME_BYTES = 32
/** Bytes of what is noted there of a line's layout. */
const LAYOUT_BYTES = 128 * 48
const PIECE_MIN = 16_384

/** The length of a name that no key is. */
const NO_KEY = -1

/** Its dictionary's memory has the names, what is read, and the rows too. */
export class WasmFields extends Fields<WasmDictionary> {
  readonly #names: readonly (Uint8Array | undefined)[]
  #laidOutIn: WasmDictionary | undefined
  /** Bytes of a line: a guess at first, then the average of the last call. */
  #lineLength = 256

  constructor(module: WasmModule, names: readonly string[]) {
    super(names, () => new WasmDictionary(module, TEXTS_BYTES_MAX, bytesOf(names)))
    this.#names = names.map(nameBytes)
  }

  protected read(bytes: Uint8Array, start: number, rows: Int32Array): number {
    const { instance, found, foundMax } = this.dictionary
    const rowsMax = Math.floor(rows.length / this.rowLength)
    const rowsAtOnce = Math.floor(foundMax / this.rowLength)
    if (this.#laidOutIn !== this.dictionary) this.#layOutNames()
    let count = 0
    let from = start
    while (from < bytes.length && count < rowsMax) {
      const wanted = Math.min(rowsMax - count, rowsAtOnce)
      const piece = instance.besides(bytes, from, this.dictionary.piece)
      // What is copied beyond the last row is copied again.
      const guess = Math.min(Math.max(wanted * this.#lineLength, PIECE_MIN), PIECE)
      let end = instance.copyLines(bytes, from, guess, piece)
      if (end === from) end = instance.copyLines(bytes, from, LINE_MAX, piece)
      const at = count * this.rowLength
      if (end === from || wanted === 0) {
        from = this.leaveLine(bytes, from, rows, at)
        count++
        continue
      }
      const read = instance.functions.project(piece, piece + end - from, found, wanted, from - piece)
      rows.set(instance.numbers.subarray(found >> 2, (found >> 2) + read * this.rowLength), at)
      this.#lineLength = Math.ceil((instance.resumeAt - piece) / read)
      count += read
      from += instance.resumeAt - piece
    }
    this.position = from
    return count
  }

  #layOutNames(): void {
    const { instance, spare } = this.dictionary
    const { bytes, numbers, functions } = instance
    const table = spare + LAYOUT_BYTES
    let at = table + NAME_BYTES * this.#names.length
    this.#names.forEach((name, i) => {
      const entry = table + NAME_BYTES * i
      bytes.set(name?.subarray(0, 16) ?? [], entry)
      numbers[(entry >> 2) + 4] = name?.length ?? NO_KEY
      numbers[(entry >> 2) + 5] = at
      bytes.set(name ?? [], at)
      at += name?.length ?? 0
    })
    functions.useNames(table, this.#names.length, spare)
    this.#laidOutIn = this.dictionary
  }
}

const bytesOf = (names: readonly string[]): number =>
  names.reduce((sum, name) => sum + NAME_BYTES + Buffer.byteLength(name), LAYOUT_BYTES)
