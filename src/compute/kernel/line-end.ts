export const NEWLINE = 0x0a
const CARRIAGE_RETURN = 0x0d

/** The end of a line whose `\n` is at `newline`: before it, and before a `\r` there. */
export function lineEndAt(bytes: Uint8Array, start: number, newline: number): number {
  return newline > start && newline < bytes.length && bytes[newline - 1] === CARRIAGE_RETURN ? newline - 1 : newline
}

/** Where the lines end that lie whole in so many bytes from `start`, with their line ends; `start` if the first one does not. */
export function wholeLinesEnd(bytes: Uint8Array, start: number, bytesMax: number): number {
  let end = start + bytesMax
  if (end >= bytes.length) return bytes.length
  while (end > start && bytes[end - 1] !== NEWLINE) end--
  return end
}

/** The same bytes with the searches of a Buffer, which are native. */
export const searchable = (bytes: Uint8Array): Buffer => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
