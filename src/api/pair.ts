/** Pairs and tuples: how the types of keys and values are taken from what a program's functions give. */

// What is no pair has a key and a value of which nothing is known: a stream of pairs is then a stream of anything, too.
/** The key of a `[key, value]` pair. */
export type KeyOf<T> = T extends readonly [unknown, unknown] ? T[0] : unknown
/** The value of a `[key, value]` pair. */
export type ValueOf<T> = T extends readonly [unknown, unknown] ? T[1] : unknown

/** A tuple of at least one part. As a type parameter's bound it makes `[a, b]` a tuple, where it would be an array. */
export type Tuple = [unknown, ...unknown[]]
/** Any value at all. As a bound it makes `[a, b]` a tuple and leaves the rest as it would be; `unknown` does not. */
export type Part = Tuple | {} | null | undefined
export type Pair = [key: Part, value: Part]

/**
 * Beside a type parameter, `A | TupleHint`, it makes `[a, b]` a tuple where a bound would be in the way: nothing is
 * of this type, so it lets nothing in.
 */
export type TupleHint = [never, ...never[]]

/** A value whose type another argument decides, and `[a, b]` a tuple where that type is one. */
export type Same<A> = NoInfer<A> | TupleHint

/** What an iterable gives. */
export type Item<I> = I extends Iterable<infer R> ? R : never
