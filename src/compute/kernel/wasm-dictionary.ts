import { Dictionary, KEY_COST } from "./dictionary.ts"
import { SEPARATORS } from "./separators.ts"
import type { WasmModule } from "./web-assembly.ts"
import { BEYOND, FIRST_FREE, PIECE, WasmInstance } from "./wasm-instance.ts"

const RECORD_BYTES = 32
const COUNT_IN_RECORD = 24
const SLOT_BYTES = 4
const SLOTS_AT_FIRST = 4_096
/** Ids that a call can give. */
const IDS_MAX = 65_536
/** About so many bytes of input make an id. What is copied beyond the last id is copied again. */
const BYTES_PER_ID = 8
const PIECE_MIN = 1_024
const SPACE = 0x20
/** So much space the words are followed by. */
const BLOCK = 64

/**
 * All its memory is there from the start: so much of each part as there could be at most. What is not used costs address
 * space only.
 */
export class WasmDictionary extends Dictionary {
  position = 0
  protected readonly heap: Uint8Array<ArrayBuffer>
  protected readonly offsets: Uint32Array<ArrayBuffer>
  readonly instance: WasmInstance
  /** What a call finds, as many numbers as `foundMax`, and what it looks at: both hold until the next call. */
  readonly found: number
  readonly foundMax: number = IDS_MAX
  readonly piece: number
  /** So many bytes as were asked for, all 0, which no call of its own touches. */
  readonly spare: number
  readonly #bytesMax: number
  readonly #records: number
  #counted = new Int32Array(1_024)
  #countedLength = 0

  constructor(module: WasmModule, bytesMax: number, spareBytes: number = 0) {
    super()
    const keysMax = Math.floor(bytesMax / KEY_COST)
    this.#bytesMax = bytesMax
    this.spare = FIRST_FREE
    this.found = aligned(this.spare + spareBytes + BEYOND)
    this.piece = this.found + 4 * IDS_MAX
    const records = aligned(this.piece + PIECE + BEYOND)
    this.#records = records
    const slots = records + RECORD_BYTES * keysMax
    const offsets = slots + SLOT_BYTES * slotsFor(keysMax)
    const heap = offsets + 4 * (keysMax + 1)
    // A key that does not fit a piece is laid down behind all others to be looked up.
    const end = heap + 2 * bytesMax + BEYOND
    this.instance = new WasmInstance(module, end)
    const { buffer } = this.instance.bytes
    this.heap = new Uint8Array(buffer, heap, 2 * bytesMax)
    this.offsets = new Uint32Array(buffer, offsets, keysMax + 1)
    this.instance.functions.layOutDictionary(records, slots, offsets, heap, bytesMax, KEY_COST)
  }

  get size(): number {
    return this.instance.size
  }

  get isFull(): boolean {
    return this.instance.isFull
  }

  idOf(bytes: Uint8Array, start: number, end: number): number {
    if (end - start > this.#bytesMax) {
      this.instance.isFull = true
      return -1
    }
    return this.instance.functions.intern(this.#layDown(bytes, start, end), end - start)
  }

  words(bytes: Uint8Array, start: number, ids: Int32Array): number {
    this.position = start
    let count = 0
    while (this.position < bytes.length && count < ids.length) {
      const found = this.#read(bytes, Math.min(ids.length - count, IDS_MAX), false)
      if (found === undefined) break
      ids.set(found, count)
      count += found.length
    }
    return count
  }

  count(bytes: Uint8Array, start: number): number {
    this.position = start
    while (this.position < bytes.length) {
      const found = this.#read(bytes, IDS_MAX, true)
      if (found === undefined) break
      this.#makeRoomForCounted(this.#countedLength + found.length)
      this.#counted.set(found, this.#countedLength)
      this.#countedLength += found.length
    }
    return this.position
  }

  get counted(): Int32Array {
    return this.#counted.subarray(0, this.#countedLength)
  }

  countOf(id: number): number {
    return id < this.size ? this.instance.numbers[this.#countAt(id)]! >>> 0 : 0
  }

  clearCounts(): void {
    const { numbers } = this.instance
    for (let i = 0; i < this.#countedLength; i++) numbers[this.#countAt(this.#counted[i]!)] = 0
    this.#countedLength = 0
  }

  /**
   * The ids of some words from `position` on, at least one if a word begins there; of those that are counted only what had
   * no count. Undefined where the first word was turned away.
   */
  #read(bytes: Uint8Array, wanted: number, counting: boolean): ArrayLike<number> | undefined {
    const { instance, position } = this
    const end = wholeWords(bytes, position, Math.min(Math.max(wanted * BYTES_PER_ID, PIECE_MIN), PIECE))
    if (end === position) return this.#readLong(bytes, counting)
    const piece = instance.besides(bytes, position, this.piece)
    const stop = piece + end - position
    instance.copyIn(bytes, position, end, piece)
    instance.bytes.fill(SPACE, stop, stop + BLOCK)
    const { words, countWords } = instance.functions
    const found = (counting ? countWords : words)(piece, stop, this.found, wanted)
    this.position += instance.resumeAt - piece
    if (this.position === position && found === 0) return undefined
    return instance.numbers.subarray(this.found >> 2, (this.found >> 2) + found)
  }

  /** The same where a separator stands, or a word that is longer than what is copied at once. */
  #readLong(bytes: Uint8Array, counting: boolean): readonly number[] | undefined {
    const { position } = this
    const end = endOfWord(bytes, position)
    if (end === position) {
      this.position++
      return []
    }
    const id = this.idOf(bytes, position, end)
    if (id < 0) return undefined
    this.position = end
    return !counting || this.instance.numbers[this.#countAt(id)]!++ === 0 ? [id] : []
  }

  #countAt(id: number): number {
    return (this.#records + RECORD_BYTES * id + COUNT_IN_RECORD) >> 2
  }

  #makeRoomForCounted(length: number): void {
    if (length <= this.#counted.length) return
    const larger = new Int32Array(Math.max(length, 2 * this.#counted.length))
    larger.set(this.#counted)
    this.#counted = larger
  }

  /** Where the key is copied to. */
  #layDown(bytes: Uint8Array, start: number, end: number): number {
    const at = end - start > PIECE ? this.instance.heapTop : this.piece
    this.instance.copyIn(bytes, start, end, at)
    return at
  }
}

/** As many as keep a quarter of them empty, a power of two. */
function slotsFor(keys: number): number {
  let slots = SLOTS_AT_FIRST
  while (keys * 4 > slots * 3) slots *= 2
  return slots
}

const aligned = (address: number): number => Math.ceil(address / RECORD_BYTES) * RECORD_BYTES

/** Where the last word ends that lies whole in so many bytes; `start` if the first one does not. */
function wholeWords(bytes: Uint8Array, start: number, bytesMax: number): number {
  let end = start + bytesMax
  if (end >= bytes.length) return bytes.length
  while (end > start && SEPARATORS[bytes[end]!] === 0) end--
  return end
}

function endOfWord(bytes: Uint8Array, start: number): number {
  let end = start
  while (end < bytes.length && SEPARATORS[bytes[end]!] === 0) end++
  return end
}
