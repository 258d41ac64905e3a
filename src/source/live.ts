/** Telling what is already open (a stream, socket, promise, iterator) from what merely describes. */

const LIVE_MEMBERS = [Symbol.asyncIterator, Symbol.iterator, "then", "pipe", "getReader", "addEventListener", "on"]

/** Whether a value brings something of its own accord. An array does not: it is data, though it can be iterated. */
export function isLive(value: unknown): value is object {
  if ((typeof value !== "object" && typeof value !== "function") || value === null || Array.isArray(value)) return false
  return LIVE_MEMBERS.some((member) => typeof (value as Record<PropertyKey, unknown>)[member] === "function")
}

/** What a live value is called in a message: `a Promise`, `an IncomingMessage`. */
export function nameOfLive(value: object): string {
  const named: unknown = (value as { readonly [Symbol.toStringTag]?: unknown })[Symbol.toStringTag]
  const name = (typeof named === "string" ? named : value.constructor?.name) || "object"
  return `${/^[AEIOU]/i.test(name) ? "an" : "a"} ${name}`
}
