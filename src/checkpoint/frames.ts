/** Frames: how entries lie one behind the other in a file (docs/internals/checkpoint.md). */
import { crc32 } from "node:zlib"

export const FRAME_HEAD_BYTES = 16

export interface Frame {
  /** How many bytes of the log were known to be on the disk when this frame was made. */
  readonly synced: number
  readonly payload: Buffer
  readonly bytes: number
}

/** The parts of a frame, in order. */
export function frameOf(synced: number, payload: readonly Uint8Array[]): Uint8Array[] {
  const head = Buffer.alloc(FRAME_HEAD_BYTES)
  head.writeUInt32LE(payload.reduce((sum, part) => sum + part.length, 0))
  head.writeDoubleLE(synced, 8)
  const crc = payload.reduce((before, part) => crc32(part, before), crc32(head.subarray(8)))
  head.writeUInt32LE(crc, 4)
  return [head, ...payload]
}

/** The frame that begins there; undefined if there is none that is whole. */
export function frameAt(bytes: Buffer, at: number): Frame | undefined {
  const start = at + FRAME_HEAD_BYTES
  if (start > bytes.length) return undefined
  const end = start + bytes.readUInt32LE(at)
  if (end > bytes.length || crc32(bytes.subarray(at + 8, end)) !== bytes.readUInt32LE(at + 4)) return undefined
  return { synced: bytes.readDoubleLE(at + 8), payload: bytes.subarray(start, end), bytes: end - at }
}

/**
 * Whether a whole frame lies somewhere behind `at` that says that more than `position` bytes were on the disk. It looks
 * at every byte: behind damage nobody knows where frames begin.
 */
export function saysLaterThatSynced(bytes: Buffer, at: number, position: number): boolean {
  for (let place = at + 1; place + FRAME_HEAD_BYTES <= bytes.length; place++) {
    const synced = bytes.readDoubleLE(place + 8)
    if (Number.isSafeInteger(synced) && synced > position && frameAt(bytes, place) !== undefined) return true
  }
  return false
}
