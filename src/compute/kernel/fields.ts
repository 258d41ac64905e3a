/**
 * Fields of lines that are JSON objects, as `jsonFields()`: a row of numbers for each line. What is read is exactly this
 * part of JSON, byte by byte, and all of the line must be it:
 *
 *     object  {} or {"key": value, …}, of keys that come twice the last counts
 *     value   string, number, true, false, null
 *     string  no backslash, no control character (below 0x20)
 *     number  -? (0 or digits that begin with none) (. digits)? ([eE] [+-]? digits)?
 *     space   blank, tab, \r, around any of these
 *
 * So no line is taken that `JSON.parse` refuses; lists, objects within, escapes and very long lines are left to it. Strings get ids of a
 * small dictionary, so that few different ones are made into few strings. It begins anew now and then if they are many.
 */
import type { Dictionary } from "./dictionary.ts"
import { lineEndAt, NEWLINE, searchable } from "./line-end.ts"

/** What the value of a field is. The two numbers after it are its start and end, without quotes, unless it is said otherwise. */
export const FieldKind = {
  /** The line has no such field; 0 and 0. */
  missing: 0,
  /** A string that is written as it is, longer than `TEXT_MAX` or not in the dictionary. */
  string: 1,
  number: 2,
  true: 3,
  false: 4,
  null: 5,
  /** The line as a whole is for the row form: it is not valid, or more than is read here. 0 and 0. */
  other: 6,
  /** A string of the dictionary: its id and 0. */
  text: 7,
  /** A whole number of at most `DIGITS_MAX` digits, not −0: its low and its high 32 bits. */
  integer: 8,
} as const

/** Numbers of a row before its first field: where the line starts, and where it ends, without its line end. */
export const ROW_HEAD = 2
/** Numbers of a field: its kind and two more. */
export const ROW_FIELD = 3

/** Bytes of a line and its line end, at most, for it to be read here. */
export const LINE_MAX: number = 2 ** 20
/** Bytes of strings that get ids; longer ones are seldom few. */
export const TEXT_MAX = 64
/** So that a number is exact, however it is put together. */
export const DIGITS_MAX = 15
export const HIGH: number = 2 ** 32

/** What a dictionary of texts may count. */
export const TEXTS_BYTES_MAX: number = 4 * 2 ** 20
/** Once it is full, it is kept for so many times the lines that filled it. */
const KEPT_FOR = 8

export abstract class Fields<D extends Dictionary = Dictionary> {
  /** Numbers of a row: those of its head, and those of each field in the order of the names. */
  readonly rowLength: number
  /** Where the last call of `project` stopped: the line that comes next starts here. */
  position = 0
  protected dictionary: D
  readonly #newDictionary: () => D
  #lines = 0 // that the dictionary has seen
  #filledBy = 0 // of these, until it was full

  constructor(names: readonly string[], newDictionary: () => D) {
    this.rowLength = ROW_HEAD + ROW_FIELD * names.length
    this.#newDictionary = newDictionary
    this.dictionary = newDictionary()
  }

  /**
   * Reads the lines from `start`, which starts one, until the bytes end or `rows` are full; how many lines it read. Either
   * all fields of a line are `other`, or none is. Ids hold until the next call.
   */
  project(bytes: Uint8Array, start: number, rows: Int32Array): number {
    if (this.#filledBy > 0 && this.#lines >= KEPT_FOR * this.#filledBy) {
      this.dictionary = this.#newDictionary()
      this.#lines = this.#filledBy = 0
    }
    const count = this.read(bytes, start, rows)
    this.#lines += count
    if (this.#filledBy === 0 && this.dictionary.isFull) this.#filledBy = this.#lines
    return count
  }

  /** Strings of texts by id, as far as they have been asked for; hold as long as ids do. */
  get texts(): readonly string[] {
    return this.dictionary.strings
  }

  /** The value of a field whose numbers begin at `at`: what `jsonFields()` gives for it. */
  value(bytes: Buffer, rows: Int32Array, at: number): unknown {
    const [low, high] = [rows[at + 1]!, rows[at + 2]!]
    switch (rows[at]) {
      case FieldKind.text:
        return this.dictionary.string(low)
      case FieldKind.integer:
        return high * HIGH + (low >>> 0)
      case FieldKind.missing:
        return undefined
      case FieldKind.string:
        return bytes.toString("utf8", low, high)
      case FieldKind.number:
        return Number(bytes.toString("latin1", low, high))
      case FieldKind.true:
        return true
      case FieldKind.false:
        return false
      case FieldKind.null:
        return null
      default:
        throw new RangeError(`A field of kind ${rows[at]} has no value here: its line is for the row form.`)
    }
  }

  /** Leaves the line that begins here to the row form; where the next one begins. */
  protected leaveLine(bytes: Uint8Array, start: number, rows: Int32Array, row: number): number {
    const newline = searchable(bytes).indexOf(NEWLINE, start)
    const end = newline < 0 ? bytes.length : newline
    rows[row] = start
    rows[row + 1] = lineEndAt(bytes, start, end)
    this.setAll(rows, row, FieldKind.other)
    return Math.min(end + 1, bytes.length)
  }

  protected setAll(rows: Int32Array, row: number, kind: number): void {
    for (let field = row + ROW_HEAD; field < row + this.rowLength; field += ROW_FIELD) {
      rows[field] = kind
      rows[field + 1] = 0
      rows[field + 2] = 0
    }
  }

  /** What `project` says, with the dictionary as it is. */
  protected abstract read(bytes: Uint8Array, start: number, rows: Int32Array): number
}

/**
 * A name as keys are compared with it. None for one with an unpaired surrogate: no key without escapes is it, but its
 * bytes would be those of U+FFFD.
 */
export const nameBytes = (name: string): Uint8Array | undefined => (name.isWellFormed() ? Buffer.from(name) : undefined)
