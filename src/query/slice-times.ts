/** The two times of a slice, as a person gives them. */
import { refuse } from "../base/errors.ts"
import { showValue } from "../base/show-value.ts"

const TIME_OF_DAY = /^([01]\d|2[0-3]):([0-5]\d)(?::([0-5]\d))?$/
const ISO_TIME = /^(\d{4})-(\d{2})-(\d{2})[T ]\d{2}:\d{2}(?::\d{2}(?:\.\d{1,3})?)?(?:Z|[+-]\d{2}:\d{2})?$/
/** What a Date can say. */
const TIME_MS_MAX = 8.64e15

/** As the beginning: with the oldest step that is held. As the end: with the newest. */
const OLDEST = "oldest"
const NEWEST = "newest"

/**
 * Milliseconds since the Unix epoch; −∞ and ∞ for all that there is. A time of day as `from` is the latest one that is not
 * after `now`; as `to` it is the first one after `from`, which may lie ahead: of "23:55" and "00:05" the second is on the
 * next day. Times of day, and ISO times without a zone, are local.
 * @throws MR_SLICE_TIMES
 */
export function sliceTimes(from: unknown, to: unknown, now: number): readonly [from: number, to: number] {
  const fromMs = from === OLDEST ? -Infinity : (timeOfDay(from, now, "latest") ?? instant("from", from, OLDEST))
  const toMs = to === NEWEST ? Infinity : (endTimeOfDay(to, fromMs, now) ?? instant("to", to, NEWEST))
  if (fromMs >= toMs) {
    const [first, last] = [fromMs, toMs].map((ms) => new Date(ms).toISOString())
    throw refuse("MR_SLICE_TIMES", { problem: `from must be before to, but from is ${first} and to is ${last}` })
  }
  return [fromMs, toMs]
}

const endTimeOfDay = (to: unknown, from: number, now: number): number | undefined =>
  from === -Infinity ? timeOfDay(to, now, "latest") : timeOfDay(to, from, "next")

/** Undefined for what is no time of day. */
function timeOfDay(given: unknown, at: number, which: "latest" | "next"): number | undefined {
  const match = typeof given === "string" ? TIME_OF_DAY.exec(given) : null
  if (match === null) return undefined
  const [hour, minute, second] = [match[1], match[2], match[3] ?? 0].map(Number) as [number, number, number]
  const day = new Date(at)
  const daysAway = (days: number): number =>
    new Date(day.getFullYear(), day.getMonth(), day.getDate() + days, hour, minute, second).getTime()
  const today = daysAway(0)
  if (which === "latest") return today <= at ? today : daysAway(-1)
  return today > at ? today : daysAway(1)
}

function instant(which: "from" | "to", given: unknown, word: string): number {
  const ms = given instanceof Date ? given.getTime() : typeof given === "string" ? isoTime(given) : given
  if (typeof ms === "number" && Math.abs(ms) <= TIME_MS_MAX) return ms
  throw refuse("MR_SLICE_TIMES", {
    problem: `${which} must be a Date, milliseconds since the Unix epoch, a time such as "2026-11-24T21:00" or "2026-11-24T21:00:00Z", a time of day such as "21:00", or "${word}", but is ${showValue(given)}`,
  })
}

function isoTime(text: string): number {
  const [, year, month, day] = (ISO_TIME.exec(text) ?? []).map(Number)
  if (year === undefined || month === undefined || day === undefined) return Number.NaN
  // A day that its month lacks would be taken for one of the next.
  const isDay = new Date(Date.UTC(year, month - 1, day)).getUTCDate() === day && month >= 1 && month <= 12
  return isDay ? Date.parse(text.replace(" ", "T")) : Number.NaN
}
