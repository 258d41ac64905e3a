/** Compares rows with what they should be, step by step, and says of every step that differs what is there instead. */
import { AssertionError } from "node:assert"
import { inspect, isDeepStrictEqual } from "node:util"

type Rows = readonly (readonly unknown[] | null)[]

/** Steps that are shown; a run that is wrong from its first step on needs no more to be understood. */
const SHOWN_MAX = 10
/** Characters that are shown of the rows of a step. */
const WIDTH_MAX = 1_000

/**
 * `outputs` are rows by name, `expected` those of some of them. With `inAnyOrder` only the order of steps counts.
 * @throws AssertionError
 */
export function requireRows(
  outputs: Readonly<Record<string, Rows>>,
  expected: Readonly<Record<string, Rows | undefined>>,
  { inAnyOrder, named, by }: { readonly inAnyOrder: boolean; readonly named: boolean; readonly by: string },
): void {
  const differences = Object.entries(expected).flatMap(([name, rows]) =>
    rows === undefined ? [] : differencesOf(outputs[name]!, rows, inAnyOrder, named ? `"${name}", ` : ""),
  )
  if (differences.length === 0) return
  const shown = differences.slice(0, SHOWN_MAX)
  if (differences.length > SHOWN_MAX) shown.push(`… and ${differences.length - SHOWN_MAX} more`)
  const [heading] = differences.length === 1 ? ["a step differs"] : [`${differences.length} steps differ`]
  throw new AssertionError({
    message: [`${heading} from ${by}:`, ...shown].join("\n"),
    actual: named ? outputs : Object.values(outputs)[0],
    expected: named ? expected : Object.values(expected)[0],
    operator: "runBatches",
  })
}

function differencesOf(actual: Rows, expected: Rows, inAnyOrder: boolean, of: string): string[] {
  const steps = Array.from({ length: Math.max(actual.length, expected.length) }, (_, step) => step)
  return steps.flatMap((step) => {
    const [got, wanted] = [actual[step] ?? null, step < expected.length ? expected[step]! : []]
    if (isSame(got, wanted, inAnyOrder)) return []
    const hint = !inAnyOrder && isSame(got, wanted, true) ? "\n  the same rows in another order: see inAnyOrder" : ""
    return [`${of}step ${step}\n  expected ${show(wanted)}\n  got      ${show(got)}${hint}`]
  })
}

function isSame(got: readonly unknown[] | null, wanted: readonly unknown[] | null, inAnyOrder: boolean): boolean {
  if (wanted === null || got === null) return got === null && (wanted === null || wanted.length === 0)
  if (!inAnyOrder) return isDeepStrictEqual(got, wanted)
  return isDeepStrictEqual(ordered(got), ordered(wanted))
}

/** In an order that rows have whatever order they came in. */
const ordered = (rows: readonly unknown[]): unknown[] =>
  rows
    .map((row) => ({ row, text: inspect(row, { depth: Infinity, sorted: true, maxArrayLength: null }) }))
    .sort((a, b) => (a.text < b.text ? -1 : a.text > b.text ? 1 : 0))
    .map(({ row }) => row)

function show(rows: readonly unknown[] | null): string {
  if (rows === null) return "null, a step that was not run"
  const text = inspect(rows, { depth: Infinity, breakLength: Infinity, maxArrayLength: null })
  return text.length > WIDTH_MAX ? `${text.slice(0, WIDTH_MAX)} …` : text
}
