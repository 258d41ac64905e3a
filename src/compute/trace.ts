/** Where a task is: the function of the program that it called last, and what with. */
import type { Origin } from "../stream/operator.ts"

export interface Trace {
  origin: Origin | undefined
  record: unknown
}

export const newTrace = (): Trace => ({ origin: undefined, record: undefined })
