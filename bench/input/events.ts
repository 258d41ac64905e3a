/**
 * Events of the Yahoo streaming benchmark as lines of JSON, about 244 bytes each: 100 campaigns with 10 ads each, a third
 * of them views. The time of an event is 13 digits, of which the last `TIME_DIGITS` follow from where it stands when it is
 * read.
 */
import { randomFrom } from "./random.ts"

export const CAMPAIGNS = 100
const ADS_A_CAMPAIGN = 10
const SEED = 20_130_103
const AD_TYPES = ["banner", "modal", "sponsored-search", "mail", "mobile"]
const EVENT_TYPES = ["view", "click", "purchase"]

/** The time of the first event, in milliseconds since the Unix epoch: the digits that are written into events are 0. */
export const FIRST_TIME = 1_700_000_000_000
/** Enough for 27 hours. */
export const TIME_DIGITS = 8
const BEFORE_TIME = `"event_time":`

export interface Ad {
  readonly ad: string
  readonly campaign: string
}

/** All ads, each with its campaign. */
export function allAds(): Ad[] {
  const random = randomFrom(SEED)
  return Array.from({ length: CAMPAIGNS }, () => uuid(random)).flatMap((campaign) =>
    Array.from({ length: ADS_A_CAMPAIGN }, () => ({ ad: uuid(random), campaign })),
  )
}

/** So many events. Fewer of them are the beginning of more. */
export function makeEvents(events: number, progress: (share: number) => void): Buffer {
  const random = randomFrom(SEED + 1)
  const ads = allAds()
  const lines: string[] = []
  for (let event = 0; event < events; event++) {
    if (event % 10_000 === 0) progress(event / events)
    lines.push(makeEvent(random, ads))
  }
  return Buffer.from(lines.join(""), "latin1")
}

function makeEvent(random: () => number, ads: readonly Ad[]): string {
  const oneOf = <T>(values: readonly T[]): T => values[Math.floor(random() * values.length)]!
  const byte = (): number => Math.floor(random() * 256)
  return `${JSON.stringify({
    user_id: uuid(random),
    page_id: uuid(random),
    ad_id: oneOf(ads).ad,
    ad_type: oneOf(AD_TYPES),
    event_type: oneOf(EVENT_TYPES),
    event_time: FIRST_TIME,
    ip_address: `${byte()}.${byte()}.${byte()}.${byte()}`,
  })}\n`
}

function uuid(random: () => number): string {
  const digits = Array.from({ length: 32 }, () => Math.floor(random() * 16).toString(16)).join("")
  return [digits.slice(0, 8), digits.slice(8, 12), digits.slice(12, 16), digits.slice(16, 20), digits.slice(20)].join(
    "-",
  )
}

/** The time of an event, when so many come in each millisecond. */
export const timeOf = (event: number, eventsAMs: number): number => FIRST_TIME + Math.floor(event / eventsAMs)

/** Where the digits begin that are written into each event of these bytes. */
export function timePlaces(bytes: Buffer, starts: Int32Array): Int32Array {
  const places = new Int32Array(starts.length - 1)
  for (let event = 0; event < places.length; event++) {
    places[event] = bytes.indexOf(BEFORE_TIME, starts[event]) + BEFORE_TIME.length + 13 - TIME_DIGITS
  }
  return places
}
