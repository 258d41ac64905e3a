import { NEWLINE } from "./line-end.ts"
import { PIECE } from "./wasm-instance.ts"
import type { WasmScanner } from "./wasm-scanner.ts"

export function countLines(scanner: WasmScanner, bytes: Uint8Array): number {
  let count = 0
  for (let start = 0; start < bytes.length; start += PIECE) {
    const end = Math.min(start + PIECE, bytes.length)
    const piece = scanner.besides(bytes, start, scanner.piece)
    scanner.copyIn(bytes, start, end, piece)
    count += scanner.functions.countLineEnds(piece, piece + end - start)
  }
  return bytes.length > 0 && bytes[bytes.length - 1] !== NEWLINE ? count + 1 : count
}
