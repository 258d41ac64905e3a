/** Views by campaign and 10 seconds, with `JSON.parse` and a table. */
import { allAds, timeOf } from "../input/events.ts"
import type { Input } from "../input/shared.ts"
import type { Recount, Taken } from "./recount.ts"
import { checkPairs, keyText } from "./recount.ts"

const WINDOW_MS = 10_000
const NO_VIEW = -1

export class YsbRecount implements Recount {
  readonly held = new Map<string, number>()
  readonly #campaigns: readonly string[]
  readonly #campaignOf: Int16Array // of views, by event of the input
  readonly #stepRecords: number
  readonly #eventsAMs: number
  #step = 0

  constructor({ bytes, starts, records }: Input, stepRecords: number, eventsAMs: number) {
    const ads = allAds()
    this.#campaigns = [...new Set(ads.map(({ campaign }) => campaign))]
    const numbers = new Map(ads.map(({ ad, campaign }) => [ad, this.#campaigns.indexOf(campaign)]))
    this.#campaignOf = Int16Array.from({ length: records }, (_, event) => {
      const text = bytes.toString("latin1", starts[event]!, starts[event + 1]! - 1)
      const { ad_id: ad, event_type: type } = JSON.parse(text) as { ad_id: string; event_type: string }
      return type === "view" ? numbers.get(ad)! : NO_VIEW
    })
    this.#stepRecords = stepRecords
    this.#eventsAMs = eventsAMs
  }

  check(taken: Taken): string | undefined {
    const from = this.#step++ * this.#stepRecords
    const views = new Map<number, Int32Array>() // by window, then by campaign
    for (let event = from; event < from + this.#stepRecords; event++) {
      const campaign = this.#campaignOf[event % this.#campaignOf.length]!
      if (campaign === NO_VIEW) continue
      const window = Math.floor(timeOf(event, this.#eventsAMs) / WINDOW_MS)
      let counts = views.get(window)
      if (counts === undefined) views.set(window, (counts = new Int32Array(this.#campaigns.length)))
      counts[campaign]!++
    }
    const touched = new Map<string, number>()
    for (const [window, counts] of views) {
      for (const [campaign, count] of counts.entries()) {
        if (count === 0) continue
        const key = keyText([this.#campaigns[campaign], window])
        this.held.set(key, (this.held.get(key) ?? 0) + count)
        touched.set(key, this.held.get(key)!)
      }
    }
    return checkPairs(taken, touched)
  }
}
