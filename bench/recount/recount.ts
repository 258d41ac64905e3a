/** What a job gave, held against what a naive loop makes of the same records. */

/** What one step gave. */
export interface Taken {
  readonly count: number
  /** All of it, where it was read. */
  readonly rows: readonly unknown[] | undefined
}

/** Is shown what the steps of one job gave, one after the other from the first on. What recurs is not counted again. */
export interface Recount {
  /** What is wrong with the step; undefined if nothing is. */
  check(taken: Taken): string | undefined
  /** What is held after the last step that it was shown. */
  readonly held: ReadonlyMap<string, number>
}

/** A step that must give so many rows. */
export const checkCount = ({ count }: Taken, expected: number): string | undefined =>
  count === expected ? undefined : wrongCount(expected, count)

/** A step that must give one number. */
export function checkNumber({ count, rows }: Taken, expected: number): string | undefined {
  if (count !== 1) return wrongCount(1, count)
  const [given = expected] = rows ?? []
  return given === expected ? undefined : `it should give ${expected} but gave ${String(given)}`
}

/** A step that must give these pairs, in any order. */
export function checkPairs({ count, rows }: Taken, expected: ReadonlyMap<string, number>): string | undefined {
  if (count !== expected.size) return wrongCount(expected.size, count)
  if (rows === undefined) return undefined
  const seen = new Set<string>()
  for (const row of rows as readonly (readonly [unknown, number])[]) {
    const key = keyText(row[0])
    if (seen.has(key)) return `it gives ${key} twice`
    seen.add(key)
    if (expected.get(key) !== row[1]) return `${key} should be ${expected.get(key)} but is ${row[1]}`
  }
  return undefined
}

export const keyText = (key: unknown): string => (typeof key === "string" ? key : JSON.stringify(key))

export const wrongCount = (expected: number, given: number): string =>
  `it should give ${expected} row${expected === 1 ? "" : "s"} but gave ${given}`
