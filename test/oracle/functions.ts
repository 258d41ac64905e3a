/**
 * The functions random programs are made of: pure, total, and blind to what a value loses when it leaves its stage
 * (−0, unpaired surrogates), so that it does not matter where a stage ends.
 */

/** All numbers drawn are whole and below this: sums of two of them are exact, modulo it they stay so. */
export const LIMIT = 2 ** 40

/** A whole number in [0, LIMIT) for any value: the same for equal values; of a number that is one, itself. */
export function numberOf(value: unknown): number {
  switch (typeof value) {
    case "number":
      return Number.isSafeInteger(value)
        ? modulo(value)
        : Number.isFinite(value * 64)
          ? modulo(Math.floor(value * 64))
          : 7
    case "string":
      return fold([...value.toWellFormed()].map((char) => char.codePointAt(0)!))
    case "bigint":
      return Number(BigInt.asUintN(40, value))
    case "boolean":
      return value ? 11 : 13
    case "object":
      return value === null ? 17 : fold(partsOf(value).map(numberOf))
    default:
      return 19
  }
}

const modulo = (n: number): number => ((n % LIMIT) + LIMIT) % LIMIT
const fold = (parts: readonly number[]): number => parts.reduce((sum, part) => modulo(sum * 31 + part), parts.length)

function partsOf(value: object): unknown[] {
  if (Array.isArray(value)) return value
  if (value instanceof Date) return [value.getTime()]
  if (value instanceof Map) return [...value].flat()
  if (value instanceof Set) return [...value]
  if (ArrayBuffer.isView(value)) return [...new Uint8Array(value.buffer, value.byteOffset, value.byteLength)]
  return Object.entries(value).flat()
}

const pick = <T>(from: readonly T[], n: number): T => from[n % from.length]!

/** Keys of one kind each, and a mixture of those that are easily taken for one another. */
export const keys = {
  text: (n: number) => `key ${n % 5}`,
  unicode: (n: number) =>
    pick(["", "ž", "日本", "🐎", "\ud83d", "\udc0e", "a\udc0e", "\ufffd", "e\u0301", "é", "a\u0000b", '"'], n),
  number: (n: number) => pick([0, -0, 1, -1, 0.5, 1e21, 2 ** 31, 2 ** 32 + 1, -Number.MAX_SAFE_INTEGER, Infinity], n),
  tuple: (n: number) => [n % 3, `part ${n % 2}`],
  nested: (n: number) => [[n % 2, n % 3 === 0 ? -0 : "\ud83d"], pick([null, true, undefined], n)],
  boolean: (n: number) => n % 2 === 0,
  nothing: (n: number) => pick([null, undefined], n),
  bigint: (n: number) => pick([0n, 1n, -1n, 2n ** 40n, 2n ** 63n, -(2n ** 70n)], n),
  date: (n: number) => new Date(pick([0, 1, -1, 1_700_000_000_000, 8_640_000_000_000_000], n)),
  object: (n: number) => ({ a: n % 2, b: pick(["x", -0], n) }),
  bytes: (n: number) => Uint8Array.of(n % 2, 1),
  collection: (n: number) => (n % 2 === 0 ? new Set([n % 3]) : new Map([[n % 3, -0]])),
  mixed: (n: number) =>
    pick([1, "1", 1n, true, [1], ["1"], [[1]], new Date(1), "[1]", "d1", null, "null", [], "", {}, [null], "true"], n),
}

export const values = {
  integer: (n: number) => n,
  negative: (n: number) => -n,
  float: (n: number) => n / 7,
  infinite: (n: number) => pick([n, Infinity, 1, -Infinity, 1e308, NaN, -1e308], n),
  text: (n: number) => `value ${n % 1000}`,
  unicode: (n: number) => `${pick(["ž", "🐎", "\ud83d", "\udc0e"], n)}${n}`,
  negativeZero: (n: number) => pick([-0, 0, 1], n),
  object: (n: number) => ({ n, text: `${n}`, inner: { list: [n, -0, null] } }),
  pair: (n: number) => [n % 4, n],
  triple: (n: number) => [n, "x", n % 2 === 0],
  ragged: (n: number) => Array.from({ length: n % 4 }, (_, i) => n + i),
  bigint: (n: number) => BigInt(n) * 2n ** BigInt(n % 60),
  date: (n: number) => new Date(n),
  map: (n: number) =>
    new Map<unknown, unknown>([
      [n % 3, "\ud83d"],
      ["k", { n }],
    ]),
  set: (n: number) => new Set([n % 2, "x", n]),
  floats: (n: number) => Float64Array.of(n, 0.1),
  boolean: (n: number) => n % 3 === 0,
  nothing: (n: number) => pick([null, undefined, "", 0], n),
}

/** Kinds of keys that are pairs themselves, of values that are, and of values that are numbers. */
export const pairKeys: readonly string[] = ["tuple", "nested"] satisfies (keyof typeof keys)[]
export const pairValues: readonly string[] = ["pair"] satisfies (keyof typeof values)[]
export const numbers: readonly string[] = [
  "integer",
  "negative",
  "float",
  "infinite",
  "negativeZero",
] satisfies (keyof typeof values)[]

/** Associative and commutative, exactly: their results are the same for every number of partitions. */
const exact = {
  sum: (a: unknown, b: unknown) => modulo(numberOf(a) + numberOf(b)),
  largest: (a: unknown, b: unknown) => Math.max(numberOf(a), numberOf(b)),
  smallest: (a: unknown, b: unknown) => Math.min(numberOf(a), numberOf(b)),
  bigSum: (a: unknown, b: unknown) => BigInt.asUintN(40, BigInt(numberOf(a)) + BigInt(numberOf(b))),
  union: (a: unknown, b: unknown) => ({
    union: [...new Set([...unionOf(a), ...unionOf(b)])].toSorted((x, y) => x - y),
  }),
}

/** Associative, or not even that: their results say in which order and grouping they were called. */
const ordered = {
  first: (a: unknown) => a,
  last: (_: unknown, b: unknown) => b,
  joined: (a: unknown, b: unknown) => ({ joined: [...joinedOf(a), ...joinedOf(b)].slice(0, 5) }),
  floatSum: (a: unknown, b: unknown) => floatOf(a) + floatOf(b),
  infiniteSum: (a: unknown, b: unknown) => plainNumberOf(a) + plainNumberOf(b),
  bracketed: (a: unknown, b: unknown) => modulo(numberOf(a) * 31 + numberOf(b) * 17 + 1),
}

export const combines = { ...exact, ...ordered }

/** What takes away again what one of the combining functions has added; `infiniteSum` only where it is finite. */
export const inverses = {
  sum: (a: unknown, b: unknown) => modulo(numberOf(a) - numberOf(b)),
  bigSum: (a: unknown, b: unknown) => BigInt.asUintN(40, BigInt(numberOf(a)) - BigInt(numberOf(b))),
  floatSum: (a: unknown, b: unknown) => floatOf(a) - floatOf(b),
  infiniteSum: (a: unknown, b: unknown) => plainNumberOf(a) - plainNumberOf(b),
  bracketed: (a: unknown, b: unknown) => modulo(numberOf(a) * 13 + numberOf(b) * 7 + 2),
} as const
export const exactInverses = ["sum", "bigSum"] as const
export const exactCombines = Object.keys(exact) as (keyof typeof exact)[]

/** Sets have a method of this name on newer versions of Node.js. */
const unionOf = (value: unknown): number[] => {
  const union = (value as { union?: unknown } | null | undefined)?.union
  return Array.isArray(union) ? (union as number[]) : [numberOf(value) % 16]
}
const joinedOf = (value: unknown): unknown[] => (value as { joined?: unknown[] } | null | undefined)?.joined ?? [value]
const plainNumberOf = (value: unknown): number => (typeof value === "number" ? value : numberOf(value))
const floatOf = (value: unknown): number =>
  typeof value === "number" && Number.isFinite(value) ? value : numberOf(value) / 3
