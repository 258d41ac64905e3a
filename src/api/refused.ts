/** What the compiler refuses, and the tests of a type that tell it when. */

/** What cannot be used, with the reason in its type, which the compiler prints: `Refused<"an operator must be …">`. */
export interface Refused<Why extends string> {
  readonly refused: Why
}

/** Why a verb gives nothing for an asynchronous function. */
export type Asynchronous = "an operator must be synchronous: use table() or foreachRDD()"
/** Why a verb is not there for a stream of something else. */
export type NotPairs = "needs a stream of [key, value] pairs: use keyBy() or map to a pair first"
/** Why a stream cannot be ranked by its records alone. */
export type NotRanked = "topK(k) needs numbers or [key, number] pairs: use topK(k, by)"

/** Keeps `any`, as of `JSON.parse`, out of an overload whose `this` it is: it would match first and say nothing. */
export type Unless<A, S> = 0 extends 1 & A ? never : S
/** Why an overload that only refuses promises is not the one; the compiler may name it where others fail more than once. */
type Synchronous = "only an asynchronous function is refused here: look at what the call's other forms ask for"
/** Lets into an overload only what is, or may be, a promise or an async generator. */
export type IfPromised<A, S> = Unless<A, [Promised<A>] extends [never] ? Refused<Synchronous> : S>
/**
 * Lets into an overload all but that. The overload of `IfPromised` must stand behind such a one: the compiler looks
 * into functions with parameters only from the first overload on that could match without them.
 */
export type UnlessPromised<A, S> = 0 extends 1 & A ? S : [Promised<A>] extends [never] ? S : never
type Promised<A> = Extract<A, PromiseLike<unknown> | AsyncIterable<unknown>>

/** What a function gives that gives nothing. Unlike `void` alone it takes no promise, so the function is synchronous. */
export type Nothing = void | undefined
