/**
 * The head of a branch: its first operators, where they can be done on the bytes of many lines at once because they are named
 * ones. Then the branch's reader gives what these operators would, and its loop begins with the next. The closure form of
 * a loop knows nothing of heads: it calls the operators' functions, line by line, and is the oracle.
 */
import { countedOnce } from "../plan/keyed-form.ts"
import type { Branch, StageEnd } from "../plan/stage.ts"
import type { InputNode } from "../stream/node.ts"
import { nameOf } from "../stream/named.ts"

/** What a branch's reader does besides reading. */
export type Head =
  /** Words of lines. */
  | { readonly kind: "words"; readonly input: InputNode; readonly f: (line: unknown) => unknown }
  /** Words of lines, each with how often it came: the branch ends with counting them. */
  | { readonly kind: "wordCounts"; readonly input: InputNode; readonly f: (line: unknown) => unknown }
  /** Lines that contain a text. */
  | {
      readonly kind: "grep"
      readonly input: InputNode
      readonly f: (line: unknown) => unknown
      readonly needle: Buffer
    }
  /** Fields of lines that are JSON objects. */
  | {
      readonly kind: "fields"
      readonly input: InputNode
      readonly f: (line: unknown) => unknown
      readonly names: readonly string[]
    }

/** Undefined where a branch has no such operator, or its records' places in the order of arrival must be known. */
export function headOf({ source, operators }: Branch, end: StageEnd): Head | undefined {
  if (source.kind !== "input" || source.take !== "records" || !source.counts || isOrdered(end)) return undefined
  const { input } = source
  if (input.source.kind === "range" && input.source.format === undefined) return undefined // it gives strings
  if (input.content !== "text" || input.schema !== undefined || input.time !== undefined) return undefined
  const operator = operators[0]?.operator
  if (operator === undefined || !("f" in operator)) return undefined
  const { verb, f } = operator
  const named = nameOf(f)
  if (verb === "flatMap" && named?.name === "words") {
    const isCounted = operators.length === 2 && operators[1]!.operator === countedOnce && end.kind === "combine"
    return { kind: isCounted ? "wordCounts" : "words", input, f }
  }
  if (verb === "filter" && named?.name === "grep") return grepOf(input, f, named.text)
  if (verb === "map" && named?.name === "jsonFields") return { kind: "fields", input, f, names: named.fields }
  return undefined
}

/** How many operators a head does. */
export const operatorsOf = (head: Head | undefined): number =>
  head === undefined ? 0 : head.kind === "wordCounts" ? 2 : 1

const isOrdered = (end: StageEnd): boolean => "ordered" in end && end.ordered

/** A text that no line can contain, or every one does, or that has no bytes of its own, is not looked for in bytes. */
function grepOf(input: InputNode, f: (line: unknown) => unknown, text: string): Head | undefined {
  const isPlain = text !== "" && !/[\r\n]/.test(text) && text.isWellFormed()
  return isPlain ? { kind: "grep", input, f, needle: Buffer.from(text) } : undefined
}
