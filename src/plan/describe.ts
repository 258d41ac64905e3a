/**
 * A plan in words and plain data: what a program's operators are, which of them run as one loop, where records are
 * shuffled, what is kept and until when, and what costs more than it seems to.
 */
import { showPosition } from "../base/call-site.ts"
import type { SourcePosition } from "../base/call-site.ts"
import { formatDuration } from "../base/duration.ts"
import type { Node, NodeId, OutputNode, Reads, StateNode } from "../stream/node.ts"
import type { Plan } from "./plan.ts"
import type { Stage, StageEnd, StageSource } from "./stage.ts"

export interface PlanDescription {
  readonly job: string
  readonly interval: string
  readonly partitions: number
  /** Everything the program declares, in its order. */
  readonly operators: readonly OperatorDescription[]
  readonly stages: readonly StageDescription[]
  /** Stages whose records move to the partition of their key. */
  readonly shuffles: readonly { readonly stage: number; readonly name: string }[]
  readonly states: readonly { readonly name: string; readonly ends: string; readonly at: string }[]
  /** Stages that read all a state holds at every step, whatever the step touched. */
  readonly scans: readonly { readonly stage: number; readonly state: string; readonly for: string }[]
  readonly outputs: readonly { readonly name: string; readonly kind: string; readonly stage: number }[]
  /** Streams that no output reads, and which are therefore never computed. */
  readonly unread: readonly { readonly name: string; readonly at: string }[]
}

interface OperatorDescription {
  readonly id: NodeId
  readonly name: string
  readonly kind: Node["kind"]
  readonly does: string
  /** File, line and column of its verb in the program. */
  readonly at: string
  readonly reads: readonly { readonly id: NodeId; readonly name: string; readonly what: Reads }[]
}

interface StageDescription {
  readonly stage: number
  /** Tasks a step. */
  readonly tasks: number
  readonly reads: string
  /** Names of the operators that run in its one loop. */
  readonly runs: readonly string[]
  readonly gives: string
}

/** `original` puts a place in terms of the program's own files. */
export function describePlan(plan: Plan, original: (text: string) => string): PlanDescription {
  const { job, intervalMs, partitions, nodes } = plan.graph
  const place = (at: SourcePosition | undefined): string => original(showPosition(at))
  return {
    job,
    interval: formatDuration(intervalMs),
    partitions,
    operators: nodes.map((node) => ({
      id: node.id,
      name: node.name,
      kind: node.kind,
      does: doesOf(node),
      at: place(node.at),
      reads: node.edges.map(({ parent, reads }) => ({ id: parent, name: nodes[parent]!.name, what: reads })),
    })),
    stages: plan.stages.map((stage) => ({
      stage: stage.id,
      tasks: stage.tasks,
      reads: readsOf(stage.source, plan),
      runs: stage.operators.map(({ origin }) => origin.name),
      gives: givesOf(stage),
    })),
    shuffles: plan.stages.flatMap(({ id, end }) =>
      end.kind === "combine" && end.exchange === "shuffle" ? [{ stage: id, name: end.origin.name }] : [],
    ),
    states: nodes.flatMap((node) =>
      node.kind === "state" ? [{ name: node.name, ends: ENDS[node.ends], at: place(node.at) }] : [],
    ),
    scans: plan.stages.flatMap(({ id, name, source }) =>
      source.kind === "state"
        ? [{ stage: id, state: plan.stages[source.stage]!.name, for: forOf(plan, id, name) }]
        : [],
    ),
    outputs: plan.outputs.map(({ node, stage }) => ({ name: node.name, kind: OUTPUTS[node.output.kind], stage })),
    unread: plan.unread.map(({ name, at }) => ({ name, at: place(at) })),
  }
}

const ENDS: Readonly<Record<StateNode["ends"], string>> = { forever: "forever: keys are never removed" }
const OUTPUTS: Readonly<Record<OutputNode["output"]["kind"], string>> = {
  print: "print()",
  foreachRDD: "foreachRDD()",
  rows: "output()",
}

function doesOf(node: Node): string {
  switch (node.kind) {
    case "input":
      return node.source.description
    case "transform":
      return `${node.operator.verb}()`
    case "state":
      return `${node.verb}(), a state`
    case "output":
      return OUTPUTS[node.output.kind]
  }
}

function readsOf(source: StageSource, { stages }: Plan): string {
  switch (source.kind) {
    case "input":
      return source.take === "invalid" ? `the invalid records of ${source.input.name}` : source.input.name
    case "rows":
      return `the records of stage ${source.stage}`
    case "combined":
      return source.exchange === "aligned"
        ? `the pairs of stage ${source.stage}, same partition`
        : `the pairs of stage ${source.stage}, shuffled by key`
    case "total":
      return `the counts of stage ${source.stage}`
    case "changes":
      return `what the step wrote to ${stages[source.stage]!.name}`
    case "state":
      return `the whole state ${stages[source.stage]!.name}`
  }
}

function givesOf({ name, end }: Stage): string {
  return GIVES[end.kind](name)
}

const GIVES: Readonly<Record<StageEnd["kind"], (name: string) => string>> = {
  rows: (name) => `records of ${name}`,
  combine: () => "pairs combined by key",
  count: () => "a count",
  state: (name) => `the state ${name}`,
}

/** What a stage is read for: the outputs that show its records, or else what it makes. */
function forOf({ outputs }: Plan, stage: number, name: string): string {
  const shown = outputs.filter((output) => output.stage === stage).map(({ node }) => node.name)
  return shown.length > 0 ? shown.join(", ") : name
}

/** The description as text for people. `short` makes a place shorter, if it can. */
export function showDescription(plan: PlanDescription, short: (place: string) => string): string {
  const sections = [
    `${plan.job}: a step every ${plan.interval}, ${plan.partitions} partitions`,
    section("operators", operatorTree(plan.operators, short)),
    section(
      "stages, each one loop",
      table(
        plan.stages.map(({ stage, tasks, reads, runs, gives }) => [
          String(stage),
          tasks === 1 ? "1 task" : `${tasks} tasks`,
          [reads, ...runs, gives].join(" → "),
        ]),
      ),
    ),
    section(
      "shuffles",
      plan.shuffles.map(({ stage, name }) => `behind stage ${stage}, for ${name}`),
    ),
    section("states", table(plan.states.map(({ name, ends }) => [name, ends]))),
    section(
      "reads a whole state at every step",
      plan.scans.map((scan) => `stage ${scan.stage} reads all of ${scan.state}, for ${scan.for}; changes() costs less`),
    ),
    section("outputs", table(plan.outputs.map(({ name, kind, stage }) => [name, kind, `of stage ${stage}`]))),
  ]
  if (plan.unread.length > 0) {
    const unread = plan.unread.map(({ name, at }) => [name, short(at)])
    sections.push(section("never computed, since no output reads them", table(unread)))
  }
  return `${sections.join("\n\n")}\n`
}

const section = (title: string, lines: readonly string[]): string =>
  [title, ...(lines.length === 0 ? ["none"] : lines).map((line) => `  ${line}`)].join("\n")

/** Each operator under the one it reads. */
function operatorTree(operators: readonly OperatorDescription[], short: (place: string) => string): string[] {
  const rows: string[][] = []
  const walk = (operator: OperatorDescription, lead: string, below: string): void => {
    const [read] = operator.reads
    const what = read === undefined || read.what === "records" ? "" : ` of ${read.what}`
    rows.push([`${lead}${operator.name}`, `${operator.does}${what}`, short(operator.at)])
    const readers = operators.filter(({ reads }) => reads[0]?.id === operator.id)
    readers.forEach((reader, index) => {
      const isLast = index === readers.length - 1
      walk(reader, `${below}${isLast ? "└ " : "├ "}`, `${below}${isLast ? "  " : "│ "}`)
    })
  }
  for (const operator of operators) if (operator.kind === "input") walk(operator, "", "")
  return table(rows)
}

/** Columns as wide as their widest cell. */
function table(rows: readonly (readonly string[])[]): string[] {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]!.length)))
  return rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column]!))
      .join("  ")
      .trimEnd(),
  )
}
