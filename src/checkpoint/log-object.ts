/**
 * One object of an object store's log.
 *
 *     MROBJCT1 │ u32 checksum of all that follows │ u32 length of the head │ the head, as JSON │ bytes that were appended
 */
import { crc32 } from "node:zlib"

/** A file of the place: put, as an object of its own; or appended, in objects of the log from one on. */
export type StoredFile = { readonly put: string } | { readonly from: number }

export interface LogHead {
  /** Which run has put it. */
  readonly run: string
  /** What there is when it is there. */
  readonly files: Readonly<Record<string, StoredFile>>
  /** The objects that the newest runs began with. */
  readonly begins: readonly number[]
  /** Of which files the bytes are, and how many of each, in order. */
  readonly appended: readonly (readonly [name: string, bytes: number])[]
}

export interface LogObject {
  readonly head: LogHead
  readonly bytes: Buffer
}

const MAGIC = Buffer.from("MROBJCT1", "latin1")
const CHECKED = MAGIC.length + 4
const HEAD_START = CHECKED + 4

export function encodeLogObject(head: LogHead, parts: readonly Uint8Array[]): Buffer {
  const text = Buffer.from(JSON.stringify(head))
  const object = Buffer.concat([MAGIC, Buffer.alloc(HEAD_START - MAGIC.length), text, ...parts])
  object.writeUInt32LE(text.length, CHECKED)
  object.writeUInt32LE(crc32(object.subarray(CHECKED)), MAGIC.length)
  return object
}

/** Undefined if it is damaged, or something else. */
export function decodeLogObject(object: Buffer): LogObject | undefined {
  if (object.length < HEAD_START || !object.subarray(0, MAGIC.length).equals(MAGIC)) return undefined
  if (crc32(object.subarray(CHECKED)) !== object.readUInt32LE(MAGIC.length)) return undefined
  const end = HEAD_START + object.readUInt32LE(CHECKED)
  return { head: JSON.parse(object.toString("utf8", HEAD_START, end)) as LogHead, bytes: object.subarray(end) }
}

/** The bytes that were appended to a file. */
export function partOf({ head, bytes }: LogObject, name: string): Buffer {
  let end = 0
  const parts = head.appended.flatMap(([of, length]) => {
    end += length
    return of === name ? [bytes.subarray(end - length, end)] : []
  })
  return Buffer.concat(parts)
}
