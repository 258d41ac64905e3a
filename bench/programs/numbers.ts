/** Sources of the programs that are not about text: numbers, spread over so many keys. */
import type { SourceOf } from "millrace"
import { defineSource } from "millrace"
import { keyOf } from "../input/keys.ts"
import { tellPauses } from "../input/pauses.ts"
import { stretchesOf } from "../input/shared.ts"
import { STAGE_NUMBERS } from "../workload.ts"
import { admitted } from "./source.ts"

tellPauses()

/** The keys of records 0, 1, 2, …: each comes once before any comes again. */
export const keys = (offer: { readonly stepRecords: number; readonly keys: number }, salt = 0): SourceOf<number> =>
  defineSource<number>({
    description: `keys of the benchmark, ${salt}`,
    total: Infinity,
    admitted: admitted(offer),
    *read(from, until) {
      for (let record = from; record < until; record++) yield keyOf(record + salt, offer.keys)
    },
  })

/** Numbers from 0 on that begin anew before they are large. */
export const smallNumbers = (offer: { readonly stepRecords: number }): SourceOf<number> =>
  defineSource<number>({
    description: "small numbers of the benchmark",
    total: Infinity,
    admitted: admitted(offer),
    *read(from, until) {
      for (const stretch of stretchesOf(STAGE_NUMBERS, from, until)) {
        for (let number = stretch.from; number < stretch.until; number++) yield number
      }
    },
  })

/** The numbers of the records themselves. */
export const numbers = (offer: { readonly stepRecords: number }): SourceOf<number> =>
  defineSource<number>({
    description: "numbers of the benchmark",
    total: Infinity,
    admitted: admitted(offer),
    *read(from, until) {
      for (let record = from; record < until; record++) yield record
    },
  })
