/** Keys that follow from the number of a record. */

/** A prime, so that each of fewer keys comes once before any comes again. */
const STRIDE = 7_368_787

/** A whole number from 0 to `keys` − 1. */
export const keyOf = (record: number, keys: number): number => ((record % keys) * STRIDE) % keys

/** Text of a length as identifiers have it. */
export const keyName = (key: number): string => `customer-${key}`
