/** Bytes that stand between words, as in `words()`: space, `\t`, `\n`, `\f`, `\r`. */

/** By byte: 1 if it is one. */
export const SEPARATORS: Uint8Array = new Uint8Array(256)
for (const byte of [0x20, 0x09, 0x0a, 0x0c, 0x0d]) SEPARATORS[byte] = 1
