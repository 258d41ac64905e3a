/**
 * Functions that an engine knows by name: what they do is said here as data, so that it may do the same another way. The
 * function itself is the rule; a name only says which.
 */
export type Named =
  | { readonly name: "words" }
  | { readonly name: "grep"; readonly text: string }
  | { readonly name: "jsonFields"; readonly fields: readonly string[] }

const names = new WeakMap<object, Named>()

/** Gives a function its name. */
export function named<F extends object>(name: Named, f: F): F {
  names.set(f, name)
  return f
}

/** The name of a function that has one. */
export const nameOf = (f: object): Named | undefined => names.get(f)
