/** Whether two values are the same plain data: the same kinds, content and order, −0 apart from 0, NaN equal to NaN. */
import { isDeepStrictEqual } from "node:util"

export function sameData(a: unknown, b: unknown): boolean {
  if (typeof a !== "object" || a === null || typeof b !== "object" || b === null) return Object.is(a, b)
  if (a instanceof Date) return b instanceof Date && Object.is(a.getTime(), b.getTime())
  if (ArrayBuffer.isView(a)) return isDeepStrictEqual(a, b)
  if (Object.prototype.toString.call(a) !== Object.prototype.toString.call(b)) return false
  const [ofA, ofB] = [partsOf(a), partsOf(b)]
  return ofA.length === ofB.length && ofA.every((part, i) => sameData(part, ofB[i]))
}

/** What a collection holds, in order: Maps and Sets keep theirs too. */
function partsOf(value: object): unknown[] {
  if (Array.isArray(value) || value instanceof Set) return [...(value as Iterable<unknown>)]
  if (value instanceof Map) return [...value].flat()
  return Object.entries(value).flat()
}
