/**
 * The sources of the programs: shared memory, read in circles by offset. The driver touches no record; a worker reads the
 * records of its tasks by itself.
 */
import type { SourceOf } from "millrace"
import { defineSource } from "millrace"
import { tellPauses } from "../input/pauses.ts"
import type { Input } from "../input/shared.ts"
import { sharedInput, stretchesOf } from "../input/shared.ts"

/** Records offered for a step. */
interface Offer {
  readonly stepRecords: number
}

/** Of each step so many are offered, whether those before are done or not. */
export const admitted =
  ({ stepRecords }: Offer) =>
  (stepIndex: number): number =>
    (stepIndex + 1) * stepRecords

/** Lines of text, as bytes: they are decoded by the engine, or not at all. */
export function lines(offer: Offer): SourceOf<string> {
  const input = sharedInput()
  tellPauses()
  return defineSource({
    description: "lines of the benchmark",
    format: "text",
    total: Infinity,
    admitted: admitted(offer),
    read: (from, until) => piecesOf(input, from, until),
  })
}

function* piecesOf({ bytes, starts, records }: Input, from: number, until: number): Iterable<Uint8Array> {
  for (const stretch of stretchesOf(records, from, until)) {
    yield bytes.subarray(starts[stretch.from], starts[stretch.until])
  }
}
