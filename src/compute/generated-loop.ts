/**
 * The generated form of a stage's loops: one function per stage, the user's functions as its parameters, so that the
 * compiler sees one target at each call and inlines it.
 *
 * Two things it must respect. The text differs from stage to stage (a number in a comment): for equal text V8 hands out
 * the same code with the same type feedback, and a second stage of equal shape would slow both. And a loop is made a
 * second time after a few runs, when the feedback on the user's functions has settled: only then are short-lived pairs
 * kept out of memory.
 */
import type { Stage } from "../plan/stage.ts"
import { Change } from "../block/block.ts"
import type { Combine, NarrowOperator, Origin } from "../stream/operator.ts"
import type { Checks, Loops, PairLoop, UpdateLoop } from "./loop.ts"
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
  const { source, end } = stage
  return {
    run: generate(stage, recordText(stage, checks), {
      ...functionsOf(stage),
      check: (value: unknown, index: number) => checkResult(value, originAt(stage, index), checks),
      items: (value: unknown, index: number) => itemsOf(value, originAt(stage, index), checks),
      refuse: (value: unknown, index: number) => refuseNonPair(value, originAt(stage, index)),
    }) as Loops["run"],
    merge:
      source.kind === "combined"
        ? (generatePairs(stage, MERGE, source.add, source.origin, checks) as PairLoop)
        : undefined,
    update:
      end.kind === "state" ? (generatePairs(stage, UPDATE, end.add, end.origin, checks) as UpdateLoop) : undefined,
  }
}

function generate(stage: Stage, body: string, parameters: Readonly<Record<string, unknown>>): unknown {
  const text = `"use strict"\n// loop ${made++} of stage ${stage.id}\n${body}`
  return (new Function(...Object.keys(parameters), text) as (...values: unknown[]) => unknown)(
    ...Object.values(parameters),
  )
}

function functionsOf({ operators, end }: Stage): Record<string, unknown> {
  const functions = Object.fromEntries(operators.map(({ operator }, index) => [`f${index}`, operator.f]))
  return end.kind === "combine" ? { ...functions, add: end.add } : functions
}

/** The origin of an operator, or of the stage's end, which counts as the one after the last. */
function originAt({ operators, end }: Stage, index: number): Origin {
  return operators[index]?.origin ?? (end as { readonly origin: Origin }).origin
}

function recordText(stage: Stage, checks: Checks): string {
  const opened: string[] = []
  let closing = ""
  stage.operators.forEach(({ operator }, index) => {
    const { text, loops } = narrowText(operator, index, checks)
    opened.push(text)
    if (loops) closing += "}"
  })
  return `return function run(reader, out, skip) {
  const { rows, keys, values } = out
  let count = 0
  while (reader.next()) {
    const v0 = reader.value
    ${opened.join("\n    ")}
    ${endText(stage, stage.operators.length, checks)}
  ${closing}}
  out.count += count
}`
}

/** The text of one operator: takes v<index>, leaves v<index + 1>, or goes on with the next record. */
function narrowText(
  { verb, onError }: NarrowOperator,
  index: number,
  checks: Checks,
): { text: string; loops: boolean } {
  const [value, result] = [`v${index}`, `v${index + 1}`]
  const call = (argument: string): string =>
    checks.thenables ? `check(f${index}(${argument}), ${index})` : `f${index}(${argument})`
  const guarded = (target: string, expression: string): string =>
    onError === "stop"
      ? `const ${target} = ${expression}`
      : `let ${target}; try { ${target} = ${expression} } catch (error) { skip(${index}, ${value}, error); continue }`
  const made = (pair: string): string => (checks.freeze ? `check(${pair}, ${index})` : pair)
  const pairOnly = `if (!Array.isArray(${value}) || ${value}.length !== 2) refuse(${value}, ${index})`
  switch (verb) {
    case "map":
      return { text: guarded(result, call(value)), loops: false }
    case "filter":
      return {
        text: `${guarded(`keep${index}`, call(value))}; if (!keep${index}) continue; const ${result} = ${value}`,
        loops: false,
      }
    case "flatMap": {
      const items = guarded(`items${index}`, `items(${call(value)}, ${index})`)
      const each = `for (let i${index} = 0; i${index} < items${index}.length; i${index}++) { const ${result} = items${index}[i${index}]`
      return { text: `${items}\n${each}`, loops: true }
    }
    case "mapValues": {
      const pair =
        onError === "stop"
          ? pairOnly
          : `try { ${pairOnly} } catch (error) { skip(${index}, ${value}, error); continue }`
      return {
        text: `${pair}; ${guarded(`w${index}`, call(`${value}[1]`))}; const ${result} = ${made(`[${value}[0], w${index}]`)}`,
        loops: false,
      }
    }
    case "keyBy":
      return {
        text: `${guarded(`k${index}`, call(value))}; const ${result} = ${made(`[k${index}, ${value}]`)}`,
        loops: false,
      }
  }
}

function endText({ end }: Stage, index: number, checks: Checks): string {
  const value = `v${index}`
  switch (end.kind) {
    case "count":
      return "count++"
    case "combine":
      return `if (!Array.isArray(${value}) || ${value}.length !== 2) refuse(${value}, ${index})
    const slot = keys.slot(${value}[0])
    if (slot === values.length) values.push(${value}[1])
    else values[slot] = ${checks.thenables ? "check(add" : "add"}(values[slot], ${value}[1])${checks.thenables ? `, ${index})` : ""}`
    default:
      return `rows.push(${value})`
  }
}

/** The loops over pairs. Of equal text but for their number, as every loop must be; `add` is put in by parameter. */
const MERGE = `return function merge(reader, keys, values) {
  while (reader.next()) {
    const pair = reader.value, slot = keys.slot(pair[0])
    if (slot === values.length) values.push(pair[1])
    else values[slot] = add(values[slot], pair[1])
  }
}`

const UPDATE = `return function update(reader, table, delta) {
  const { keys, values, olds, changes } = delta
  while (reader.next()) {
    const pair = reader.value, slot = table.find(pair[0])
    keys.push(pair[0])
    if (slot === -1) {
      values.push(pair[1])
      olds.push(undefined)
      changes.push(${Change.created})
    } else {
      values.push(add(table.valueAt(slot), pair[1]))
      olds.push(table.valueAt(slot))
      changes.push(${Change.updated})
    }
  }
}`

function generatePairs(stage: Stage, text: string, add: Combine, origin: Origin, checks: Checks): unknown {
  const checked: Combine = (a, b) => checkResult(add(a, b), origin, checks)
  return generate(stage, text, { add: checks.thenables ? checked : add })
}
