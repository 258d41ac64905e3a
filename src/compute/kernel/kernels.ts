/**
 * Byte kernels: what the named operators do (`api/named-operators.ts`), done on the bytes of many lines at once. There are
 * two forms with the same results, plain JavaScript and WebAssembly with SIMD; `choose-kernels.ts` says which is used.
 *
 * Bytes are valid UTF-8, at most 2^31 − 1, and may lie in shared memory; nobody writes to them meanwhile. A kernel is used
 * by one thread.
 */
import type { Dictionary } from "./dictionary.ts"
import type { Fields } from "./fields.ts"

export interface Kernels {
  readonly form: "js" | "wasm"

  /** The number of `lines()`: line ends, and one more if the last line has no end. */
  countLines(bytes: Uint8Array): number

  /** The lines that contain a text, as `grep()`: its bytes, at least one, no `\r` and no `\n` among them. */
  newGrep(needle: Uint8Array): Grep

  /**
   * A dictionary without keys, of at most so many bytes; see `Dictionary` for what a key counts.
   * From 0 to 2^30, rounded up to whole ones.
   */
  newDictionary(bytesMax: number): Dictionary

  /** Fields of lines that are JSON objects, as `jsonFields()`: different names, at least one. */
  newFields(names: readonly string[]): Fields
}

/** Walks the lines of some bytes that contain a text. A line is what `lines()` gives; it counts once. */
export interface Grep {
  /** Of the line found last: where it starts, and where it ends, without its line end. */
  readonly start: number
  readonly end: number

  begin(bytes: Uint8Array): void
  /** Goes to the next line; false if there is none. */
  next(): boolean
}
