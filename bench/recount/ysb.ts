/** Views by campaign and 10 seconds, with `JSON.parse` and a `Map`. */
import { allAds, timeOf } from "../input/events.ts"
import type { Input } from "../input/shared.ts"
import type { Recount, Taken } from "./recount.ts"
import { checkPairs, keyText } from "./recount.ts"

export class YsbRecount implements Recount {
  readonly held = new Map<string, number>()
  readonly #campaignOf: readonly (string | undefined)[] // of views, by event of the input
  readonly #stepRecords: number
  readonly #eventsAMs: number
  #step = 0

  constructor({ bytes, starts, records }: Input, stepRecords: number, eventsAMs: number) {
    const campaigns = new Map(allAds().map(({ ad, campaign }) => [ad, campaign]))
    this.#campaignOf = Array.from({ length: records }, (_, event) => {
      const text = bytes.toString("latin1", starts[event]!, starts[event + 1]! - 1)
      const { ad_id: ad, event_type: type } = JSON.parse(text) as { ad_id: string; event_type: string }
      return type === "view" ? campaigns.get(ad) : undefined
    })
    this.#stepRecords = stepRecords
    this.#eventsAMs = eventsAMs
  }

  check(taken: Taken): string | undefined {
    const from = this.#step++ * this.#stepRecords
    const touched = new Set<string>()
    for (let event = from; event < from + this.#stepRecords; event++) {
      const campaign = this.#campaignOf[event % this.#campaignOf.length]
      if (campaign === undefined) continue
      const key = keyText([campaign, Math.floor(timeOf(event, this.#eventsAMs) / 10_000)])
      touched.add(key)
      this.held.set(key, (this.held.get(key) ?? 0) + 1)
    }
    return checkPairs(taken, new Map([...touched].map((key) => [key, this.held.get(key)!])))
  }
}
