/** What joins make of a key's values on both sides: rows of `[key, [left values, right values]]` become joined pairs. */
import type { JoinKind, NarrowOperator } from "../stream/operator.ts"

type Cogrouped = readonly [key: unknown, sides: readonly [left: readonly unknown[], right: readonly unknown[]]]

const NONE: readonly unknown[] = [undefined]

/** The operator that joins cogrouped rows, by the keys that the join keeps; undefined for groups, which stay as they are. */
export function joinOperator(kind: JoinKind): NarrowOperator | undefined {
  if (kind === "groups") return undefined
  const keepsLeft = kind === "left" || kind === "full"
  const keepsRight = kind === "right" || kind === "full"
  const joined = (row: unknown): unknown[] => {
    const [key, [left, right]] = row as Cogrouped
    const lefts = left.length === 0 && keepsRight ? NONE : left
    const rights = right.length === 0 && keepsLeft ? NONE : right
    return lefts.flatMap((a) => rights.map((b) => [key, [a, b]]))
  }
  return { verb: "flatMap", f: joined, onError: "stop" }
}
