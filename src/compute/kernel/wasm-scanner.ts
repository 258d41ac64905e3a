/** The memory of all kernels that keep nothing from call to call: a piece of the input, and what is found in it. */
import type { WasmModule } from "./web-assembly.ts"
import { BEYOND, FIRST_FREE, PIECE, WasmInstance } from "./wasm-instance.ts"

/** Bytes of a needle, or of a list of names with what belongs to them. */
export const ARGUMENTS_MAX = 16_384
/** Numbers that a call can give. */
const FOUND_MAX = 65_536

export class WasmScanner extends WasmInstance {
  readonly arguments: number = FIRST_FREE
  readonly found: number
  readonly piece: number
  /** Whose arguments are laid out. */
  user: object | undefined

  constructor(module: WasmModule) {
    const found = FIRST_FREE + ARGUMENTS_MAX + BEYOND
    const piece = found + 4 * FOUND_MAX + BEYOND
    super(module, piece + PIECE + BEYOND)
    this.found = found
    this.piece = piece
  }
}
