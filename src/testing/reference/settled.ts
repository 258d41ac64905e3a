/** A value as it is once it has left its stage: no −0, no unpaired surrogate. */
export function settled(value: unknown): unknown {
  if (typeof value === "number") return value === 0 ? 0 : value
  if (typeof value === "string") return value.toWellFormed()
  if (typeof value !== "object" || value === null || value instanceof Date || ArrayBuffer.isView(value)) return value
  if (Array.isArray(value)) return value.map(settled)
  if (value instanceof Map) return new Map([...value].map(([key, item]) => [settled(key), settled(item)]))
  if (value instanceof Set) return new Set([...value].map(settled))
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key.toWellFormed(), settled(item)]))
}
