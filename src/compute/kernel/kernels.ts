/**
 * Byte kernels: what the named operators do (`api/named-operators.ts`), done on the bytes of many lines at once. There are
 * two forms with the same results, plain JavaScript and WebAssembly with SIMD; `choose-kernels.ts` says which is used.
 *
 * Bytes are valid UTF-8, at most 2^31 − 1, and may lie in shared memory; nobody writes to them meanwhile. A kernel is used
 * by one thread.
 */
import type { Dictionary } from "./dictionary.ts"

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
  /** How many lines are left. None are afterwards. */
  count(): number
}

/** What the value of a field is. */
export const FieldKind = {
  /** The line has no such field; start and end are 0. */
  missing: 0,
  /** A string that is written as it is; start and end are without the quotes. */
  string: 1,
  number: 2,
  true: 3,
  false: 4,
  null: 5,
  /** The line as a whole is for the row form: it is not valid, or more than a flat object without escapes. */
  other: 6,
} as const

/** Numbers of a row before its first field: where the line starts, and where it ends, without its line end. */
export const ROW_HEAD = 2
/** Numbers of a field: its kind, where the value starts and where it ends. */
export const ROW_FIELD = 3

/**
 * Reads fields of lines that are flat JSON objects without escapes, and tells of all other lines that they are `other`:
 * one field of a line is, exactly if all are. Never is there a value where the row form gives another one, or throws.
 */
export interface Fields {
  /** Numbers of a row: those of its head, and those of each field in the order of the names. */
  readonly rowLength: number
  /** Where the last call of `project` stopped: the line that comes next starts here. */
  readonly position: number

  /** Reads the lines from `start`, which starts one, until the bytes end or `rows` are full; how many lines it read. */
  project(bytes: Uint8Array, start: number, rows: Int32Array): number
  /** Reads one line, [start, end), into the row that begins at `at`; false if it is `other`. */
  projectLine(bytes: Uint8Array, start: number, end: number, rows: Int32Array, at: number): boolean
}
