/** The events of a step, one by one, in the order in which a state sees them. */
import type { Block } from "../../block/block.ts"
import type { Order, Reader } from "../../block/block-reader.ts"
import { OrderedReader } from "../../block/block-reader.ts"

export interface Event {
  readonly key: unknown
  readonly value: unknown
  /** 0 for the first of the state's two streams, 1 for the second. */
  readonly side: 0 | 1
  readonly order: Order | undefined
}

/** A block of pairs, and which of its sections is read. */
export interface EventBlock {
  readonly side: 0 | 1
  readonly block: Block
  readonly section: number
}

/** In order of arrival if that is known, else as they lie. `frozen` stands between block and state in strict runs. */
export function eventsOf(blocks: readonly EventBlock[], ordered: boolean, frozen: (reader: Reader) => Reader): Event[] {
  const events: Event[] = []
  for (const { side, block, section } of blocks) {
    const pairs = new OrderedReader(block, block.sectionStart(section), block.sectionStart(section + 1))
    for (const reader = frozen(pairs); reader.next();) {
      const [key, value] = reader.value as [unknown, unknown]
      events.push({ key, value, side, order: reader.order })
    }
  }
  return ordered ? events.sort((a, b) => compare(a.order!, b.order!)) : events // stable
}

const compare = (a: Order, b: Order): number => a.time - b.time || a.arrival - b.arrival || a.place - b.place
