import { JsFields, nameBytes } from "./js-fields.ts"
import type { Fields } from "./kernels.ts"
import { ROW_FIELD, ROW_HEAD } from "./kernels.ts"
import { PIECE } from "./wasm-instance.ts"
import type { WasmScanner } from "./wasm-scanner.ts"
import { ARGUMENTS_MAX, FOUND_MAX } from "./wasm-scanner.ts"

/** Bytes of a name in the table of `assembly/fields.ts`. */
const NAME_BYTES = 32
const PIECE_MIN = 16_384

/** The length of a name that no key is. */
const NO_KEY = -1

export class WasmFields implements Fields {
  readonly rowLength: number
  position = 0
  readonly #scanner: WasmScanner
  /** For a line that is longer than a piece, and for one alone, which is not worth the copying. */
  readonly #js: JsFields
  readonly #names: readonly (Uint8Array | undefined)[]
  /** Bytes of a line: a guess at first, then the average of the last call. */
  #lineLength = 256

  constructor(scanner: WasmScanner, names: readonly string[]) {
    this.rowLength = ROW_HEAD + ROW_FIELD * names.length
    this.#scanner = scanner
    this.#js = new JsFields(names)
    this.#names = names.map(nameBytes)
  }

  project(bytes: Uint8Array, start: number, rows: Int32Array): number {
    const scanner = this.#scanner
    const { piece, found } = scanner
    const rowsMax = Math.floor(rows.length / this.rowLength)
    const rowsAtOnce = Math.floor(FOUND_MAX / this.rowLength)
    if (scanner.user !== this) this.#layOutNames()
    let count = 0
    let from = start
    while (from < bytes.length && count < rowsMax) {
      const wanted = Math.min(rowsMax - count, rowsAtOnce)
      // What is copied beyond the last row is copied again.
      let end = scanner.copyLines(bytes, from, Math.min(Math.max(wanted * this.#lineLength, PIECE_MIN), PIECE))
      if (end === from) end = scanner.copyLines(bytes, from, PIECE)
      const at = count * this.rowLength
      if (end === from) {
        count += this.#js.project(bytes, from, rows.subarray(at, at + this.rowLength))
        from = this.#js.position
        continue
      }
      const read = scanner.functions.project(piece, piece + end - from, found, wanted, from - piece)
      rows.set(scanner.numbers.subarray(found >> 2, (found >> 2) + read * this.rowLength), at)
      this.#lineLength = Math.ceil((scanner.resumeAt - piece) / read)
      count += read
      from += scanner.resumeAt - piece
    }
    this.position = from
    return count
  }

  projectLine(bytes: Uint8Array, start: number, end: number, rows: Int32Array, at: number): boolean {
    return this.#js.projectLine(bytes, start, end, rows, at)
  }

  /** Whether all names fit. */
  static canTake(names: readonly string[]): boolean {
    const bytes = names.reduce((sum, name) => sum + NAME_BYTES + Buffer.byteLength(name), 0)
    return bytes <= ARGUMENTS_MAX
  }

  #layOutNames(): void {
    const { bytes, numbers, functions, arguments: table } = this.#scanner
    let at = table + NAME_BYTES * this.#names.length
    bytes.fill(0, table, at)
    this.#names.forEach((name, i) => {
      const entry = table + NAME_BYTES * i
      bytes.set(name?.subarray(0, 16) ?? [], entry)
      numbers[(entry >> 2) + 4] = name?.length ?? NO_KEY
      numbers[(entry >> 2) + 5] = at
      bytes.set(name ?? [], at)
      at += name?.length ?? 0
    })
    functions.useNames(table, this.#names.length)
    this.#scanner.user = this
  }
}
