/** Blocks as bytes in a file: as they lie in memory, with their texts in full. */
import { Block } from "../block/block.ts"
import { inFull } from "../block/make-block.ts"

export const bytesOf = (block: Block): Uint8Array => new Uint8Array(inFull(block).parts.buffer)

export function blockOf(bytes: Uint8Array): Block {
  const buffer = new SharedArrayBuffer(bytes.length)
  new Uint8Array(buffer).set(bytes)
  return new Block({ buffer, texts: undefined })
}
