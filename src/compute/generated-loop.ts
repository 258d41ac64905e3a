/**
 * The generated form of a stage's loops: one function per stage, the user's functions as its parameters, so that the
 * compiler sees one target at each call and inlines it.
 *
 * Two things it must respect. The text differs from stage to stage (a number in a comment): for equal text V8 hands out
 * the same code with the same type feedback, and a second stage of equal shape would slow both. And a loop is made a
 * second time after a few runs, when the feedback on the user's functions has settled: only then are short-lived pairs
 * kept out of memory.
 */
import { Change } from "../block/block.ts"
import type { Branch, Stage, StageEnd } from "../plan/stage.ts"
import { mergedBy } from "../plan/stage.ts"
import type { Combine, NarrowOperator, Origin } from "../stream/operator.ts"
import type { Head } from "./head.ts"
import { headOf, operatorsOf } from "./head.ts"
import { FieldKind, HIGH, ROW_FIELD, ROW_HEAD } from "./kernel/fields.ts"
import type { BranchLoops, Checks, Loops, PairLoop, UpdateLoop } from "./loop.ts"
import { checkResult, itemsOf, refuseNonPair } from "./loop.ts"

/** Whether this process may turn text into code (see --disallow-code-generation-from-strings). */
export const canGenerate: boolean = (() => {
  try {
    return new Function("return true")() as boolean
  } catch {
    return false
  }
})()

let made = 0

export function generatedLoops(stage: Stage, checks: Checks): Loops {
  const { branches, end } = stage
  return {
    branches: branches.map((branch) => branchLoops(stage, branch, checks)),
    update:
      end.kind === "state" && end.rule.verb === "runningReduce"
        ? (generatePairs(stage, UPDATE, end.rule.add, true, end.origin, checks) as UpdateLoop)
        : undefined,
    ahead: end.kind === "timed" && end.ahead !== undefined ? generatedLoops(end.ahead, checks) : undefined,
  }
}

function branchLoops(stage: Stage, branch: Branch, checks: Checks): BranchLoops {
  const merged = mergedBy(branch, stage.end)
  const head = headOf(branch, stage.end)
  const originAt = (index: number): Origin => branch.operators[index]?.origin ?? originOfEnd(stage.end)
  return {
    head,
    run: generate(stage, recordText(branch, head, stage.end, checks), {
      ...functionsOf(branch, stage.end),
      check: (value: unknown, index: number) => checkResult(value, originAt(index), checks),
      items: (value: unknown, index: number) => itemsOf(value, originAt(index), checks),
      refuse: (value: unknown, index: number) => refuseNonPair(value, originAt(index)),
    }) as BranchLoops["run"],
    merge:
      merged === undefined
        ? undefined
        : (generatePairs(
            stage,
            MERGE,
            merged.combiner.merge,
            merged.combiner.isOfProgram,
            merged.origin,
            checks,
          ) as PairLoop),
  }
}

function generate(stage: Stage, body: string, parameters: Readonly<Record<string, unknown>>): unknown {
  const text = `"use strict"\n// loop ${made++} of stage ${stage.id}\n${body}`
  return (new Function(...Object.keys(parameters), text) as (...values: unknown[]) => unknown)(
    ...Object.values(parameters),
  )
}

function functionsOf({ operators }: Branch, end: StageEnd): Record<string, unknown> {
  const functions = Object.fromEntries(
    operators.flatMap(({ operator }, index) => ("f" in operator ? [[`f${index}`, operator.f]] : [])),
  )
  return end.kind === "combine" ? { ...functions, first: end.combiner.first, add: end.combiner.add } : functions
}

/** The end counts as the operator after the last. */
const originOfEnd = (end: StageEnd): Origin => (end as { readonly origin: Origin }).origin

function recordText({ operators }: Branch, head: Head | undefined, end: StageEnd, checks: Checks): string {
  if (head?.kind === "wordCounts") return COUNTS
  const opened: string[] = []
  let closing = ""
  const first = operatorsOf(head)
  const remembers = head?.kind === "words" && canRemember(operators.slice(first), end, checks)
  operators.forEach(({ operator }, index) => {
    if (index < first) return
    const { text, loops } = narrowText(operator, index, checks, remembers ? FORGONE : "continue")
    opened.push(text)
    if (loops) closing += "}"
  })
  const isOfWords = head?.kind === "words"
  const isUnread = end.kind === "count" && operators.length === first && head?.kind !== "fields" // no value need be made
  return `return function run(reader, out, notes, tables) {
  const { rows, orders, keys, values } = out, { asked } = notes
  ${operators.map(({ operator }, index) => (operator.verb === "lookUp" ? `const t${index} = tables.get(${operator.table});` : "")).join("")}
  let count = 0
  while (reader.next()) {
    ${isOfWords ? WORDS : ""}
    ${remembers ? KNOWN : ""}
    ${isUnread ? "" : recordOf(head, operators, checks)}
    ${opened.join("\n    ")}
    ${endText(end, operators.length, isOfWords ? first : undefined, checks)}
    ${remembers ? rememberedText(`v${operators.length}[1]`) : ""}
  ${closing}${isOfWords ? "}" : ""}}
  out.count += count
}`
}

/** Words come many at once, by their ids. */
const WORDS = `const ids = reader.value, { texts, memo } = reader
    memo.makeRoom(texts.size)
    const { slots: memory, values: remembered } = memo
    for (let at = 0; at < ids.length; at++) {`

/** Whether what came of a word may be given again when the word comes again: see `WordMemo`. */
const canRemember = (operators: Branch["operators"], end: StageEnd, checks: Checks): boolean =>
  end.kind === "combine" &&
  !checks.thenables &&
  !checks.freeze &&
  operators.every(
    ({ operator }) => OF_ONE_RECORD.includes(operator.verb) && !("onError" in operator && operator.onError === "skip"),
  )

const OF_ONE_RECORD: readonly NarrowOperator["verb"][] = ["map", "filter", "mapValues", "keyBy", "keys", "values"]

/** A word that is known ends here. */
const KNOWN = `const id = ids[at], known = memory[id]
    if (known !== 0) {
      if (known > 0) values[known - 1] = add(values[known - 1], remembered[id])
      continue
    }
    const before = asked()`

const FORGONE = "{ if (asked() === before) memo.rememberNone(id); continue }"

const rememberedText = (value: string): string =>
  `if (typeof ${value} === "number" && asked() === before) memo.remember(id, slot, ${value})`

/** Makes the record that the first operator of the loop takes. */
function recordOf(head: Head | undefined, operators: Branch["operators"], checks: Checks): string {
  switch (head?.kind) {
    case "fields":
      return fieldsText(head.names, operators[0]!.operator, checks)
    case "words":
      return "const v1 = texts.text(ids[at])"
    default:
      return `const v${operatorsOf(head)} = reader.value`
  }
}

const COUNTS = `return function run(reader, { keys, values }) {
  while (reader.next()) {
    const slot = reader.id === -1 ? keys.slot(reader.value) : keys.slotOfId(reader.id)
    if (slot === values.length) values.push(reader.count)
    else values[slot] += reader.count
  }
}`

/**
 * The record of fields that were read: a literal, so that all have one shape, which the compiler knows. A line that was not
 * read may be none, and the operator's function throws.
 */
function fieldsText(names: readonly string[], operator: NarrowOperator, checks: Checks): string {
  const entries = names.map((name, i) => `${propertyText(name)}: ${fieldText(i)}`)
  const record = `reader.isRead ? { ${entries.join(", ")} } : f0(reader.value)`
  const made = checks.freeze ? `check(${record}, 0)` : record
  const text =
    "onError" in operator && operator.onError === "skip"
      ? `let v1; try { v1 = ${made} } catch (error) { notes.skip(0, reader.value, error); continue }`
      : `const v1 = ${made}`
  return `const { numbers, row, texts } = reader; ${text}`
}

/** A field's value. What most are, a known text or a whole number, is made here; `reader.at` gives the same. */
function fieldText(field: number): string {
  const [kind, low, high] = [0, 1, 2].map((part) => `numbers[row + ${ROW_HEAD + ROW_FIELD * field + part}]`)
  const number = `${kind} === ${FieldKind.integer} ? ${high} * ${HIGH} + (${low} >>> 0) : reader.at(${field})`
  return `${kind} === ${FieldKind.text} ? texts[${low}] ?? reader.at(${field}) : ${number}`
}

/** Computed, a property "__proto__" is defined; else it would be set. */
const propertyText = (name: string): string => (name === "__proto__" ? `["__proto__"]` : JSON.stringify(name))

/** The text of one operator: takes v<index>, leaves v<index + 1>, or goes on with the next record. */
function narrowText(
  operator: NarrowOperator,
  index: number,
  checks: Checks,
  leaveOut: string,
): { text: string; loops: boolean } {
  const { verb } = operator
  const onError = "onError" in operator ? operator.onError : "stop"
  const [value, result] = [`v${index}`, `v${index + 1}`]
  const call = (argument: string): string =>
    checks.thenables ? `check(f${index}(${argument}), ${index})` : `f${index}(${argument})`
  const guarded = (target: string, expression: string): string =>
    onError === "stop"
      ? `const ${target} = ${expression}`
      : `let ${target}; try { ${target} = ${expression} } catch (error) { notes.skip(${index}, ${value}, error); continue }`
  const made = (pair: string): string => (checks.freeze ? `check(${pair}, ${index})` : pair)
  const requirePair = `if (!Array.isArray(${value}) || ${value}.length !== 2) refuse(${value}, ${index})`
  const pairOnly =
    onError === "stop"
      ? requirePair
      : `try { ${requirePair} } catch (error) { notes.skip(${index}, ${value}, error); continue }`
  const eachItem = (item: string): string =>
    `for (let i${index} = 0; i${index} < items${index}.length; i${index}++) { const ${result} = ${item}`
  switch (verb) {
    case "map":
      return { text: guarded(result, call(value)), loops: false }
    case "filter":
      return {
        text: `${guarded(`keep${index}`, call(value))}; if (!keep${index}) ${leaveOut}; const ${result} = ${value}`,
        loops: false,
      }
    case "flatMap": {
      const items = guarded(`items${index}`, `items(${call(value)}, ${index})`)
      return { text: `${items}\n${eachItem(`items${index}[i${index}]`)}`, loops: true }
    }
    case "mapValues":
      return {
        text: `${pairOnly}; ${guarded(`w${index}`, call(`${value}[1]`))}; const ${result} = ${made(`[${value}[0], w${index}]`)}`,
        loops: false,
      }
    case "flatMapValues": {
      const items = guarded(`items${index}`, `items(${call(`${value}[1]`)}, ${index})`)
      return {
        text: `${pairOnly}; ${items}\n${eachItem(made(`[${value}[0], items${index}[i${index}]]`))}`,
        loops: true,
      }
    }
    case "keyBy":
      return {
        text: `${guarded(`k${index}`, call(value))}; const ${result} = ${made(`[k${index}, ${value}]`)}`,
        loops: false,
      }
    case "keys":
    case "values":
      return { text: `${pairOnly}; const ${result} = ${value}[${verb === "keys" ? 0 : 1}]`, loops: false }
    case "tap":
      return { text: `notes.tap(${index}, ${value}); const ${result} = ${value}`, loops: false }
    case "lookUp": {
      const missing = operator.outer ? "" : `if (p${index} === -1) continue; `
      const row = `p${index} === -1 ? undefined : t${index}.at(p${index})`
      return {
        text: `${pairOnly}; const p${index} = t${index}.find(${value}[0]); ${missing}const ${result} = ${made(`[${value}[0], [${value}[1], ${row}]]`)}`,
        loops: false,
      }
    }
  }
}

/** `textAt`: the value of that number is a text of which the worker's id is known. */
function endText(end: StageEnd, index: number, textAt: number | undefined, checks: Checks): string {
  const value = `v${index}`
  const pairOnly = `if (!Array.isArray(${value}) || ${value}.length !== 2) refuse(${value}, ${index})`
  switch (end.kind) {
    case "count":
      return "count++"
    case "combine": {
      const checked = (call: string): string =>
        checks.thenables && end.combiner.isOfProgram ? `check(${call}, ${index})` : call
      const first = end.combiner.first === undefined ? `${value}[1]` : checked(`first(${value}[1])`)
      return `${pairOnly}
    const key = ${value}[0], slot = ${slotText(textAt)}
    if (slot === values.length) values.push(${first})
    else values[slot] = ${checked(`add(values[slot], ${value}[1])`)}`
    }
    case "events":
      return `${pairOnly}; rows.push(${value})${end.ordered ? "; orders.push(reader.order)" : ""}`
    case "rows":
      return `rows.push(${value})${end.ordered ? "; orders.push(reader.order)" : ""}`
    default:
      return `rows.push(${value})`
  }
}

/** A key that is the very text that was read need not be looked up by its characters. */
const slotText = (textAt: number | undefined): string =>
  textAt === undefined ? "keys.slot(key)" : `key === v${textAt} ? keys.slotOfId(ids[at]) : keys.slot(key)`

/** The loops over pairs. Of equal text but for their number, as every loop must be; `add` is put in by parameter. */
const MERGE = `return function merge(pairs, keys, values) {
  while (pairs.next()) {
    const slot = pairs.id === -1 ? keys.slot(pairs.key) : keys.slotOfId(pairs.id), value = pairs.value
    if (slot === values.length) values.push(value)
    else values[slot] = add(values[slot], value)
  }
}`

const UPDATE = `return function update(pairs, table, delta, mark) {
  const { keys, values, olds, changes, marks } = delta
  while (pairs.next()) {
    const id = pairs.id, value = pairs.value
    let slot
    if (id === -1) {
      slot = table.find(pairs.key)
      keys.push(pairs.key)
    } else {
      slot = table.findId(keys.texts, id)
      keys.pushId(id)
    }
    marks.push(mark)
    if (slot === -1) {
      values.push(value)
      olds.push(undefined)
      changes.push(${Change.created})
    } else {
      values.push(add(table.valueAt(slot), value))
      olds.push(table.valueAt(slot))
      changes.push(${Change.updated})
    }
  }
}`

function generatePairs(
  stage: Stage,
  text: string,
  add: Combine,
  isOfProgram: boolean,
  origin: Origin,
  checks: Checks,
): unknown {
  const checked: Combine = (a, b) => checkResult(add(a, b), origin, checks)
  return generate(stage, text, { add: checks.thenables && isOfProgram ? checked : add })
}
