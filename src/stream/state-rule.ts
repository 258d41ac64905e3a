/**
 * What a state does with a step's events: the part of a state node that differs from verb to verb.
 *
 * Most rules see events one at a time, per key in order of arrival (by record time first, where the stream has one).
 * `runningReduce` and `reduceByWindow` see one value for each key and step, already combined.
 */
import type { Combine } from "./operator.ts"

export type StateRule =
  | { readonly verb: "runningReduce"; readonly add: Combine }
  /** `subtract` takes what leaves the window away again; without it, a touched key is added up anew. */
  | {
      readonly verb: "reduceByWindow"
      readonly add: Combine
      readonly subtract: Combine | undefined
      readonly lengthMs: number
      readonly slideMs: number | undefined
    }
  | {
      readonly verb: "track"
      readonly init: (key: unknown, event: unknown) => unknown
      readonly update: (key: unknown, state: unknown, event: unknown) => unknown
    }
  | {
      readonly verb: "flatMapWithState"
      readonly init: (key: unknown) => unknown
      readonly step: (key: unknown, state: unknown, event: unknown, emit: (out: unknown) => void) => unknown
      readonly onTimeout: ((key: unknown, state: unknown, emit: (out: unknown) => void) => void) | undefined
    }
  /** Of two parents: pairs of records of one key whose times are at most the timeout apart. */
  | { readonly verb: "joinWithin"; readonly outer: boolean }
  /** Runs of a key's records in which no gap is as long as the timeout. */
  | { readonly verb: "reduceBySession"; readonly add: Combine }
  /** The first record of each key; the timeout counts from that record. */
  | { readonly verb: "distinctBy" }

/** Whether the rule sees events one by one. */
export const seesEvents = ({ verb }: StateRule): boolean => verb !== "runningReduce" && verb !== "reduceByWindow"

/** Whether the state's stream is what it holds. The others give records of their own, and what they hold stays inside. */
export const isHeldShown = ({ verb }: StateRule): boolean =>
  verb === "runningReduce" || verb === "reduceByWindow" || verb === "track"

/** What a program calls the time after which a key ends. */
export function nameOfTimeout({ verb }: StateRule): string {
  if (verb === "reduceBySession") return "gap"
  return verb === "joinWithin" || verb === "distinctBy" ? "time within" : "timeout"
}
