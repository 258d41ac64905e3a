/** Seeded random numbers (sfc32): the same seed gives the same sequence on every machine. */
import { hashValue } from "./hash.ts"

/** Uniform in [0, 1), 32 bits of resolution. */
export type Random = () => number

export function randomOf(...seed: readonly (number | string)[]): Random {
  let a = hashValue(seed) | 0
  let b = hashValue([...seed, 1]) | 0
  let c = hashValue([...seed, 2]) | 0
  let counter = 1
  return () => {
    const sum = (((a + b) | 0) + counter) | 0
    counter = (counter + 1) | 0
    a = b ^ (b >>> 9)
    b = (c + (c << 3)) | 0
    c = ((c << 21) | (c >>> 11)) + sum
    c |= 0
    return (sum >>> 0) / 4294967296
  }
}
