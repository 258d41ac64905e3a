/** The source of events, whose times follow from how fast they are offered. */
import type { SourceOf } from "millrace"
import { defineSource } from "millrace"
import { EventTimes } from "../input/event-times.ts"
import { tellPauses } from "../input/pauses.ts"
import { admitted } from "./source.ts"

interface Offer {
  readonly stepRecords: number
  /** In the events' own time. */
  readonly eventsAMs: number
}

export function events(offer: Offer): SourceOf<string> {
  tellPauses()
  let own: EventTimes | undefined
  return defineSource({
    description: "events of the benchmark",
    format: "text",
    total: Infinity,
    admitted: admitted(offer),
    read: (from, until) => (own ??= new EventTimes(offer.eventsAMs)).read(from, until),
  })
}
