/** Both forms of the kernels, and bytes to give to them. */
import { jsKernels } from "#src/compute/kernel/js-kernels.js"
import type { Kernels } from "#src/compute/kernel/kernels.js"
import { makeWasmKernels } from "#src/compute/kernel/wasm-kernels.js"

const wasmKernels = makeWasmKernels()
if (wasmKernels === undefined)
  throw new Error("This machine has no WebAssembly with SIMD: half of the tests cannot run.")

/** For `describe.each`, by name. */
export const forms: readonly (readonly [Kernels["form"], Kernels])[] = [
  ["js", jsKernels],
  ["wasm", wasmKernels],
]

/** Bytes that the WebAssembly form copies in at once. */
export const PIECE = 2 ** 20

/** The text's bytes in the middle of shared memory: what stands around them must change nothing. */
export function sharedBytes(text: string, around = "x"): Uint8Array {
  const margin = Buffer.from(around.repeat(64))
  const length = Buffer.byteLength(text)
  const memory = Buffer.from(new SharedArrayBuffer(length + 2 * margin.length))
  margin.copy(memory)
  memory.write(text, margin.length)
  margin.copy(memory, margin.length + length)
  return new Uint8Array(memory.buffer, margin.length, length)
}

export const textOf = (bytes: Uint8Array, start: number, end: number): string =>
  Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("utf8", start, end)
