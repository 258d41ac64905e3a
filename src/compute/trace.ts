/** Where a task is: the function of the program that it called last, and what with. */
import type { Origin } from "../stream/operator.ts"

export interface Trace {
  /** Whether anybody will look at it: what costs much is left out otherwise. */
  readonly isRead: boolean
  origin: Origin | undefined
  record: unknown
}

export const newTrace = (isRead: boolean): Trace => ({ isRead, origin: undefined, record: undefined })
