/** A step's records as states see them: one sequence. */
import type { StateNode, Edge, Graph } from "../../stream/node.ts"
import type { StepTime } from "../../stream/step-time.ts"
import type { Ordering } from "./ordering.ts"
import { orderingOf } from "./ordering.ts"
import type { Arrival, Rdd, Row } from "./rdd.ts"
import { pairOf } from "./rdd.ts"

export interface Event {
  readonly key: unknown
  readonly value: unknown
  /** Which of the state's parents it comes from. */
  readonly side: "left" | "right"
  /** Its own time, or the time that the step covers. */
  readonly start: number
  readonly end: number
}

/** By record time, then by arrival, as far as the streams know them; else as they lie, the left stream first. */
export function eventsOf(graph: Graph, { edges }: StateNode, read: (edge: Edge) => Rdd, time: StepTime): Event[] {
  const streams = edges.map((edge, index) => ({
    ordering: orderingOf(graph, edge),
    side: index === 0 ? ("left" as const) : ("right" as const),
    rows: read(edge).flat(),
  }))
  const [first] = streams
  const areOne = streams.every(({ ordering }) => ordering === first!.ordering)
  const sequences = areOne ? [streams] : streams.map((stream) => [stream])
  return sequences.flatMap((together) =>
    together
      .flatMap(({ rows, ordering, side }) => rows.map((row) => ({ row, event: eventOf(row, ordering, side, time) })))
      .sort((a, b) => compare(together[0]!.ordering, a.row, b.row))
      .map(({ event }) => event),
  )
}

function eventOf(row: Row, ordering: Ordering, side: Event["side"], { start, end }: StepTime): Event {
  const [key, value] = pairOf(row.value)
  const own = ordering === "time" ? row.arrival!.time! : undefined
  return { key, value, side, start: own ?? start, end: own ?? end }
}

/** Sorting is stable: what one record became stays in its order, and left stays before right. */
function compare(ordering: Ordering, { arrival: a }: Row, { arrival: b }: Row): number {
  if (ordering === "none") return 0
  return (ordering === "time" ? a!.time! - b!.time! : 0) || compareArrivals(a!, b!)
}

const compareArrivals = (a: Arrival, b: Arrival): number => a.round - b.round || a.cut - b.cut || a.row - b.row
