/**
 * Asks V8 for a full collection. The memory of shared buffers is not counted as pressure, so a thread that makes
 * hardly anything else would let them pile up: whoever lets go of much of it must ask.
 */
import { setFlagsFromString } from "node:v8"
import { runInNewContext } from "node:vm"

let collect: (() => void) | undefined

export function collectGarbage(): void {
  if (collect === undefined) {
    setFlagsFromString("--expose-gc")
    collect = runInNewContext("gc") as () => void
  }
  collect()
}
