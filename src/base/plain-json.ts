/**
 * Records as JSON. Values that JSON lacks are written as the nearest it has:
 *
 *     bigint                    text of its digits
 *     NaN, Infinity, -Infinity  that text
 *     undefined                 null; as a property of an object it is left out
 *     Date                      text as of toISOString(); null if invalid
 *     Map                       array of [key, value] pairs
 *     Set, typed array          array
 */

/** A value as JSON, without a line end in it. */
export function plainJson(value: unknown): string {
  return JSON.stringify(value, plainForm) ?? "null"
}

/** Looks at the value itself, not at what its `toJSON` gives: a Buffer is a typed array too. */
function plainForm(this: Readonly<Record<string, unknown>>, key: string, given: unknown): unknown {
  const value = this[key]
  if (typeof value === "bigint") return String(value)
  if (typeof value === "number" && !Number.isFinite(value)) return String(value)
  if (value instanceof Map || value instanceof Set) return [...(value as Iterable<unknown>)]
  if (value instanceof DataView) return [...new Uint8Array(value.buffer, value.byteOffset, value.byteLength)]
  if (ArrayBuffer.isView(value)) return Array.from(value as unknown as Iterable<unknown>)
  return given
}
