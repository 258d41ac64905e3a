/** A stream of anything may be handed to a helper that takes streams of unknown records. */
import type { DStream, StateStream } from "millrace"

declare const counts: StateStream<string, number>
declare const names: StateStream<string, string>
declare const points: StateStream<[string, number], { n: number }>

const keep = (_stream: DStream<unknown>): void => undefined
keep(counts)
keep(names)
keep(points)
keep(counts.changes())

const pairs: DStream<[string, number]> = counts
export { pairs }
