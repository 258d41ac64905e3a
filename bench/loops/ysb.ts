import { allAds } from "../input/events.ts"
import { EventTimes } from "../input/event-times.ts"
import { keyText } from "../recount/recount.ts"
import type { Loop } from "./loop.ts"

const WINDOW_MS = 10_000

/** Counts by campaign and window. */
abstract class Views implements Loop {
  readonly #events: EventTimes
  readonly #campaigns = new Map(allAds().map(({ ad, campaign }) => [ad, campaign]))
  readonly #counts = new Map<number, Map<string, number>>() // by window, by campaign

  constructor(eventsAMs: number) {
    this.#events = new EventTimes(eventsAMs)
  }

  step(from: number, until: number): void {
    for (const piece of this.#events.read(from, until)) this.count(piece)
  }

  *held(): Iterable<[string, number]> {
    for (const [window, counts] of this.#counts) {
      for (const [campaign, count] of counts) yield [keyText([campaign, window]), count]
    }
  }

  protected abstract count(lines: Buffer): void

  protected add(ad: string, time: number): void {
    const campaign = this.#campaigns.get(ad)
    if (campaign === undefined) return
    const window = Math.floor(time / WINDOW_MS)
    let counts = this.#counts.get(window)
    if (counts === undefined) this.#counts.set(window, (counts = new Map()))
    counts.set(campaign, (counts.get(campaign) ?? 0) + 1)
  }
}

/** Each line as a string, and `JSON.parse`. */
export class PlainViews extends Views {
  protected count(lines: Buffer): void {
    for (let start = 0; start < lines.length;) {
      const end = lines.indexOf(10, start)
      const event = JSON.parse(lines.toString("latin1", start, end)) as Record<string, unknown>
      if (event.event_type === "view") this.add(event.ad_id as string, event.event_time as number)
      start = end + 1
    }
  }
}

const CHUNK_BYTES = 2 ** 18
const AD = `"ad_id":"`
const TYPE = `"event_type":"`
const TIME = `"event_time":`

/** Chunks as strings, of which only the three fields are looked for. */
export class TunedViews extends Views {
  protected count(lines: Buffer): void {
    for (let start = 0; start < lines.length;) {
      const isLast = start + CHUNK_BYTES >= lines.length
      const end = isLast ? lines.length : lines.lastIndexOf(10, start + CHUNK_BYTES) + 1
      this.#countText(lines.toString("latin1", start, end))
      start = end
    }
  }

  #countText(text: string): void {
    for (let at = text.indexOf(AD); at !== -1; at = text.indexOf(AD, at)) {
      const ad = at + AD.length
      const type = text.indexOf(TYPE, ad) + TYPE.length
      at = text.indexOf(TIME, type) + TIME.length
      if (text.startsWith(`view"`, type)) this.add(text.slice(ad, ad + 36), Number(text.slice(at, at + 13)))
    }
  }
}
