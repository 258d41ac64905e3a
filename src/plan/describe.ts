/**
 * A plan in words and plain data: what a program's operators are, which of them run as one loop, where records are
 * shuffled, what is kept and until when, and what costs more than it seems to.
 */
import { showPosition } from "../base/call-site.ts"
import type { SourcePosition } from "../base/call-site.ts"
import { formatDuration } from "../base/duration.ts"
import type { Node, NodeId, Output, Reads, StateNode } from "../stream/node.ts"
import { isHeldShown } from "../stream/state-rule.ts"
import type { Plan } from "./plan.ts"
import type { Exchanged, Stage, StageSource } from "./stage.ts"

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
  /** How often it runs: a length of time, or "arrival", ahead of the steps. */
  readonly every: string
  /** One for most stages; a union has several, whose records meet in one result. */
  readonly branches: readonly {
    readonly reads: string
    /** Names of the operators that run in its one loop. */
    readonly runs: readonly string[]
  }[]
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
      every: stage.per === "arrival" ? "arrival" : formatDuration(stage.slide * intervalMs),
      branches: stage.branches.map(({ source, operators }) => ({
        reads: readsOf(source, plan),
        // Verbs that are made of several operators stand there once.
        runs: [...new Set(operators.map(({ origin }) => origin.name))],
      })),
      gives: givesOf(stage),
    })),
    shuffles: plan.stages.flatMap(({ id, end }) =>
      (end.kind === "combine" || end.kind === "events") && end.exchange === "shuffle"
        ? [{ stage: id, name: end.origin.name }]
        : [],
    ),
    states: nodes.flatMap((node) =>
      node.kind === "state" ? [{ name: node.name, ends: endsOf(node), at: place(node.at) }] : [],
    ),
    scans: plan.stages.flatMap(({ id, name, branches }) =>
      branches.flatMap(({ source }) =>
        source.kind === "state"
          ? [{ stage: id, state: plan.stages[source.stage]!.name, for: forOf(plan, id, name) }]
          : [],
      ),
    ),
    outputs: plan.outputs.map(({ node, stage }) => ({ name: node.name, kind: showOutput(node.output), stage })),
    unread: plan.unread.map(({ name, at }) => ({ name, at: place(at) })),
  }
}

/** What ends a key. */
function endsOf({ rule, timeoutMs, keysMax }: StateNode): string {
  const after = timeoutMs === undefined ? undefined : formatDuration(timeoutMs)
  const cap = keysMax === undefined ? "" : `, at most ${keysMax.toLocaleString("en-US")} keys`
  if (rule.verb === "reduceByWindow") return `when it has left the window of ${formatDuration(rule.lengthMs)}${cap}`
  if (after !== undefined) return `${ENDS_AFTER[rule.verb] ?? "untouched for"} ${after}${cap}`
  return cap === "" ? "forever: keys are never removed" : `forever${cap}`
}

const ENDS_AFTER: Partial<Readonly<Record<StateNode["rule"]["verb"], string>>> = {
  distinctBy: "after",
  joinWithin: "when its records are older than",
}

function showOutput(output: Output): string {
  if (output.kind === "remember") return `remember("${formatDuration(output.lengthMs)}")`
  if (output.kind === "sink") return `saveTo(${output.sink.description})`
  return output.kind === "rows" ? "output()" : `${output.kind}()`
}

function doesOf(node: Node): string {
  switch (node.kind) {
    case "input":
      return node.source.description
    case "table":
      return node.refreshMs === undefined ? "table()" : `table(), loaded again every ${formatDuration(node.refreshMs)}`
    case "transform":
      return `${node.operator.verb}()`
    case "state":
      return isHeldShown(node.rule) ? `${node.rule.verb}(), a state` : `${node.rule.verb}(), by a state of its own`
    case "output":
      return showOutput(node.output)
  }
}

function readsOf(source: StageSource, { stages }: Plan): string {
  const pairs = ({ stage, exchange }: Exchanged): string => `the pairs of stage ${stage}, ${EXCHANGES[exchange]}`
  switch (source.kind) {
    case "input":
      return source.take === "invalid" ? `the invalid records of ${source.input.name}` : source.input.name
    case "timed":
      return source.take === "records"
        ? `the step's records of stage ${source.stage}`
        : `the ${source.take} records of stage ${source.stage}`
    case "rows":
      return source.steps[0] === 0
        ? `the records of stage ${source.stage}`
        : `the records of stage ${source.stage} of ${1 - source.steps[0]} steps`
    case "mapped":
      return `the records of stage ${source.stage}, by partition`
    case "combined":
      return pairs(source)
    case "cogrouped":
      return `${pairs(source.left)}, and ${pairs(source.right)}`
    case "lookedUp":
      return `${pairs(source.left)}, looked up in ${stages[source.stage]!.name}`
    case "events":
      return source.sides.map(pairs).join(", and ")
    case "dealt":
      return `the records of stage ${source.stage}, dealt anew`
    case "total":
      return `the counts of stage ${source.stage}`
    case "changes":
      return `what the step wrote to ${stages[source.stage]!.name}`
    case "ended":
      return `what ended in ${stages[source.stage]!.name} in the step`
    case "emitted":
      return `what ${stages[source.stage]!.name} gave in the step`
    case "state":
      return `the whole state ${stages[source.stage]!.name}`
  }
}

const EXCHANGES: Readonly<Record<Exchanged["exchange"], string>> = {
  aligned: "same partition",
  shuffle: "shuffled by key",
  gather: "all together",
}

function givesOf({ name, end }: Stage): string {
  switch (end.kind) {
    case "rows":
      return `records of ${name}`
    case "combine":
      return "pairs combined by key"
    case "events":
      return "pairs by key"
    case "deal":
      return "records for every partition"
    case "count":
      return "a count"
    case "timed":
      return end.ahead === undefined ? "records by step" : "records by step, combined by key ahead"
    case "state":
      return `the state ${name}`
  }
}

/** What a stage is read for: the outputs that show its records, or else what it makes. */
function forOf({ outputs }: Plan, stage: number, name: string): string {
  const shown = outputs.filter((output) => output.stage === stage).map(({ node }) => node.name)
  return shown.length > 0 ? shown.join(", ") : name
}

/** The description as text for people. `short` makes a place shorter, if it can. */
export function showDescription(plan: PlanDescription, short: (place: string) => string): string {
  const sections = [
    `${plan.job}: a step every ${plan.interval}, ${counted(plan.partitions, "partition")}`,
    section("operators", operatorTree(plan.operators, short)),
    section(
      `stages, each one loop: ${counted(
        plan.stages.reduce((sum, { tasks }) => sum + tasks, 0),
        "task",
      )} a step`,
      table(
        plan.stages.flatMap(({ stage, tasks, every, branches, gives }) =>
          branches.map(({ reads, runs }, index) => [
            index === 0 ? String(stage) : "",
            index > 0 ? "and" : counted(tasks, "task"),
            index === 0 && every !== plan.interval ? `every ${every}` : "",
            [reads, ...runs, ...(index === branches.length - 1 ? [gives] : [])].join(" → "),
          ]),
        ),
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

const counted = (n: number, noun: string): string => `${n} ${noun}${n === 1 ? "" : "s"}`

const section = (title: string, lines: readonly string[]): string =>
  [title, ...(lines.length === 0 ? ["none"] : lines).map((line) => `  ${line}`)].join("\n")

/** Each operator under the one it reads. */
function operatorTree(operators: readonly OperatorDescription[], short: (place: string) => string): string[] {
  const rows: string[][] = []
  const walk = (operator: OperatorDescription, lead: string, below: string): void => {
    const [read, ...more] = operator.reads
    const what = read === undefined || read.what === "records" ? "" : ` of ${read.what}`
    const other = more.length === 0 ? "" : ` with ${more.map(({ name }) => name).join(", ")}`
    rows.push([`${lead}${operator.name}`, `${inShort(operator.does)}${what}${other}`, short(operator.at)])
    const readers = operators.filter(({ reads }) => reads[0]?.id === operator.id)
    readers.forEach((reader, index) => {
      const isLast = index === readers.length - 1
      walk(reader, `${below}${isLast ? "└ " : "├ "}`, `${below}${isLast ? "  " : "│ "}`)
    })
  }
  for (const operator of operators) if (operator.reads.length === 0) walk(operator, "", "")
  return table(rows)
}

const LENGTH_MAX = 60

/** A long URL would push the places out of sight. As data it is whole. */
function inShort(text: string): string {
  return text.length <= LENGTH_MAX ? text : `${text.slice(0, LENGTH_MAX - 15)}…${text.slice(-14)}`
}

/** Columns as wide as their widest cell; one in which nothing stands is left out. */
function table(rows: readonly (readonly string[])[]): string[] {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]!.length)))
  return rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column]!))
      .filter((_, column) => widths[column]! > 0)
      .join("  ")
      .trimEnd(),
  )
}
