import { assembled } from "./assembled.js"
import { JsGrep } from "./js-grep.ts"
import type { Kernels } from "./kernels.ts"
import { WasmDictionary } from "./wasm-dictionary.ts"
import { WasmFields } from "./wasm-fields.ts"
import { WasmGrep } from "./wasm-grep.ts"
import { countLines } from "./wasm-lines.ts"
import { webAssembly } from "./web-assembly.ts"
import { ARGUMENTS_MAX, WasmScanner } from "./wasm-scanner.ts"

/**
 * The form with SIMD, or undefined where WebAssembly has none. What it keeps nothing in is one memory for all; each
 * dictionary has its own.
 */
export function makeWasmKernels(): Kernels | undefined {
  const code = Buffer.from(assembled, "base64")
  if (!webAssembly.validate(code)) return undefined
  const module = new webAssembly.Module(code)
  const scanner = new WasmScanner(module)
  return {
    form: "wasm",
    countLines: (bytes) => countLines(scanner, bytes),
    newGrep: (needle) => (needle.length <= ARGUMENTS_MAX ? new WasmGrep(scanner, needle) : new JsGrep(needle)),
    newDictionary: (bytesMax) => new WasmDictionary(module, bytesMax),
    newFields: (names) => new WasmFields(module, names),
  }
}
