/** The events of a step, one by one, in the order in which a state sees them. */
import type { Block } from "../../block/block.ts"
import type { Order, Reader } from "../../block/block-reader.ts"
import { OrderedReader } from "../../block/block-reader.ts"
import type { Ordering } from "../../plan/arrival-order.ts"

export interface Event {
  readonly key: unknown
  readonly value: unknown
  /** 0 for the first of the state's two streams, 1 for the second. */
  readonly side: 0 | 1
  /** Its own time in milliseconds since the Unix epoch, if its stream goes by that. */
  readonly time: number | undefined
  readonly order: Order | undefined
}

/** The blocks of one of a state's streams, and which of their sections is read. */
export interface EventBlocks {
  readonly ordering: Ordering
  readonly blocks: readonly Block[]
  readonly section: number
}

/**
 * In one sequence where the streams have an order in common, else one stream after the other. `frozen` stands between
 * block and state in strict runs.
 */
export function eventsOf(sides: readonly EventBlocks[], frozen: (reader: Reader) => Reader): Event[] {
  const streams = sides.map((side, index) => eventsOfSide(side, index as 0 | 1, frozen))
  const [{ ordering }] = sides as [EventBlocks]
  if (sides.every((side) => side.ordering === ordering)) return inOrder(streams.flat(), ordering)
  return streams.flatMap((events, side) => inOrder(events, sides[side]!.ordering))
}

function eventsOfSide(
  { ordering, blocks, section }: EventBlocks,
  side: 0 | 1,
  frozen: (reader: Reader) => Reader,
): Event[] {
  const events: Event[] = []
  for (const block of blocks) {
    const pairs = new OrderedReader(block, block.sectionStart(section), block.sectionStart(section + 1))
    for (const reader = frozen(pairs); reader.next();) {
      const [key, value] = reader.value as [unknown, unknown]
      const { order } = reader
      events.push({ key, value, side, time: ordering === "time" ? order!.time : undefined, order })
    }
  }
  return events
}

/** Sorting is stable: what one record became stays in its order, and the first stream's events before the second's. */
function inOrder(events: Event[], ordering: Ordering): Event[] {
  if (ordering === "none") return events
  const byTime = ordering === "time"
  return events.sort(
    ({ order: a }, { order: b }) => (byTime ? a!.time - b!.time : 0) || a!.arrival - b!.arrival || a!.place - b!.place,
  )
}
