/**
 * What a record may be made of once it leaves its stage, and the two things that are done with such values
 * besides encoding them: freezing, and telling whether two keys are the same.
 *
 * Allowed: null, undefined, boolean, number (−0 becomes 0), bigint, string (unpaired surrogates become U+FFFD), Date,
 * Map, Set, typed arrays, and arrays and plain objects of these.
 */

import { refuse } from "./errors.ts"

const DEPTH_MAX = 100

/** What is wrong with a value, and where in it; undefined if it is plain data. */
export function problemOf(value: unknown): { readonly what: string; readonly path: string } | undefined {
  return problemAt(value, "", 0)
}

function problemAt(value: unknown, path: string, depth: number): { what: string; path: string } | undefined {
  if (typeof value === "function") return { what: `a function (${value.name || "anonymous"})`, path }
  if (typeof value === "symbol") return { what: "a symbol", path }
  if (typeof value !== "object" || value === null) return undefined
  if (depth === DEPTH_MAX) return { what: `more than ${DEPTH_MAX} levels of nesting, or a cycle,`, path: cutPath(path) }
  if (Array.isArray(value)) return firstProblem(value.entries(), (key) => `${path}[${String(key)}]`, depth)
  if (value instanceof Map) {
    return (
      firstProblem([...value.keys()].entries(), (key) => `${path}<key ${String(key)}>`, depth) ??
      firstProblem(value.entries(), (key) => `${path}<${String(key)}>`, depth)
    )
  }
  if (value instanceof Set) return firstProblem([...value].entries(), (key) => `${path}<${String(key)}>`, depth)
  if (value instanceof Date || ArrayBuffer.isView(value)) return undefined
  if (typeof (value as { then?: unknown }).then === "function") return { what: "a promise", path }
  const prototype: unknown = Object.getPrototypeOf(value)
  if (prototype !== null && !isPlainPrototype(prototype)) {
    const name = (prototype as { constructor?: { name?: string } }).constructor?.name
    return { what: `an instance of class ${name ?? "(unnamed)"}`, path }
  }
  if (Object.hasOwn(value, "__proto__")) return { what: `a property named "__proto__"`, path }
  return firstProblem(Object.entries(value), (key) => `${path}.${String(key)}`, depth)
}

function firstProblem(
  entries: Iterable<[unknown, unknown]>,
  pathOf: (key: unknown) => string,
  depth: number,
): { what: string; path: string } | undefined {
  for (const [key, value] of entries) {
    const problem = problemAt(
      value,
      typeof value === "object" || typeof value === "function" || typeof value === "symbol" ? pathOf(key) : "",
      depth + 1,
    )
    if (problem !== undefined) return problem
  }
  return undefined
}

/** Objects of another realm (a vm context) are plain too: what counts is that nothing stands above the prototype. */
function isPlainPrototype(prototype: unknown): boolean {
  return prototype === Object.prototype || Object.getPrototypeOf(prototype) === null
}

const cutPath = (path: string): string => (path.length > 60 ? `${path.slice(0, 60)}…` : path)

/** The properties of a plain object in an order that does not depend on how it was made: for telling keys apart. */
export function sortedEntries(value: object): [string, unknown][] {
  return Object.entries(value).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))
}

/** @throws MR_VALUE_REFUSED for the first value that is not plain data */
export function requirePlainData(values: Iterable<unknown>, name: string): void {
  for (const value of values) {
    const problem = problemOf(value)
    if (problem !== undefined) throw refuse("MR_VALUE_REFUSED", { name, ...problem })
  }
}

/** What was frozen here, all the way down. A value that a program froze itself may hold others that are not. */
const frozen = new WeakSet<object>()

/** Freezes a value all the way down, so that a program that changes what it was given throws at its own line. */
export function freezeDeep<T>(value: T): T {
  if (typeof value !== "object" || value === null || ArrayBuffer.isView(value) || frozen.has(value)) return value
  frozen.add(value) // before what it holds, which may be itself
  if (value instanceof Map) refuseCalls(value, ["set", "delete", "clear"])
  if (value instanceof Set) refuseCalls(value, ["add", "delete", "clear"])
  if (value instanceof Date) refuseCalls(value, dateSetters)
  Object.freeze(value)
  const items = value instanceof Map || value instanceof Set ? (value as Iterable<unknown>) : Object.values(value)
  for (const item of items) freezeDeep(item)
  return value
}

const dateSetters = Object.getOwnPropertyNames(Date.prototype).filter((name) => name.startsWith("set"))

/** A frozen Map, Set or Date still takes changes: its content is not in its properties. */
function refuseCalls(collection: object, methods: readonly string[]): void {
  if (Object.isFrozen(collection)) return
  for (const method of methods) {
    Object.defineProperty(collection, method, {
      value: () => {
        throw new TypeError(
          `Cannot ${method} on a ${collection.constructor.name} that was given to an operator: values are read-only`,
        )
      },
    })
  }
}
