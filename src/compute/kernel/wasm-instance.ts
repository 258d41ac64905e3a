/** An instance of the WebAssembly module with a memory of its own, made in full at once: it never grows. */
import { NEWLINE, wholeLinesEnd } from "./line-end.ts"
import type { WasmModule } from "./web-assembly.ts"
import { webAssembly } from "./web-assembly.ts"

/** What `assembly/index.ts` exports; addresses and lengths are in bytes. */
export interface WasmFunctions {
  countLineEnds(at: number, end: number): number
  grep(
    from: number,
    end: number,
    needle: number,
    needleLength: number,
    spans: number,
    spansMax: number,
    base: number,
  ): number
  layOutDictionary(
    records: number,
    slots: number,
    offsets: number,
    heap: number,
    costMax: number,
    costOfKey: number,
  ): void
  intern(at: number, length: number): number
  words(from: number, end: number, ids: number, idsMax: number): number
  countWords(from: number, end: number, ids: number, idsMax: number): number
  useNames(table: number, count: number, layout: number): void
  project(from: number, end: number, rows: number, rowsMax: number, base: number): number
}

/** The first address that is free: below it are results, masks, and room for what is read before a beginning. */
export const FIRST_FREE = 1_024
/** So far beyond the end of bytes their memory must go on: kernels read in blocks, and bytes may begin up to 7 further on. */
export const BEYOND = 288
/** Bytes that are copied in at once. */
export const PIECE: number = 2 ** 20

/** Up to so many bytes a loop copies faster than a call. */
const SHORT = 48

const PAGE = 65_536

// Where `assembly/results.ts` puts what a call tells, by numbers of four bytes
const RESUME_AT = 12
const SIZE = 13
const HEAP_TOP = 14
const IS_FULL = 15

export class WasmInstance {
  readonly functions: WasmFunctions
  readonly bytes: Uint8Array<ArrayBuffer>
  readonly numbers: Int32Array<ArrayBuffer>

  /** @param size bytes of memory */
  constructor(module: WasmModule, size: number) {
    const pages = Math.ceil(size / PAGE)
    const memory = new webAssembly.Memory({ initial: pages, maximum: pages })
    this.functions = new webAssembly.Instance(module, { env: { memory } }).exports as WasmFunctions
    const buffer = memory.buffer
    this.bytes = new Uint8Array(buffer)
    this.numbers = new Int32Array(buffer)
  }

  get resumeAt(): number {
    return this.numbers[RESUME_AT]! >>> 0
  }

  get size(): number {
    return this.numbers[SIZE]!
  }

  get heapTop(): number {
    return this.numbers[HEAP_TOP]! >>> 0
  }

  get isFull(): boolean {
    return this.numbers[IS_FULL] !== 0
  }

  set isFull(isFull: boolean) {
    this.numbers[IS_FULL] = isFull ? 1 : 0
  }

  /**
   * The address, from `at` on, to which bytes from `start` on are copied fastest. What lies in shared memory is copied byte by
   * byte, in seven times the time, unless it goes to an address with the same remainder by 8.
   */
  besides(bytes: Uint8Array, start: number, at: number): number {
    return at + ((bytes.byteOffset + start - at) & 7)
  }

  /** Copies bytes [start, end) to an address. */
  copyIn(bytes: Uint8Array, start: number, end: number, at: number): void {
    if (end - start > SHORT) this.bytes.set(bytes.subarray(start, end), at)
    else for (let i = start, to = at; i < end; i++, to++) this.bytes[to] = bytes[i]!
  }

  /**
   * Copies whole lines from `start` to an address, as many as `bytesMax` bytes have; a line end follows them. Returns where
   * they end, or `start` if the first line has more.
   */
  copyLines(bytes: Uint8Array, start: number, bytesMax: number, at: number): number {
    const end = wholeLinesEnd(bytes, start, bytesMax)
    this.copyIn(bytes, start, end, at)
    this.bytes[at + end - start] = NEWLINE
    return end
  }
}
