/** What the reference computes with: records by partition, in order. */

/** When a record came in. Kept by what is made of the record for as long as a stream is in order of arrival. */
export interface Arrival {
  /** Its own time, in milliseconds since the Unix epoch, where its source has one. */
  readonly time: number | undefined
  /** The step in which it came; of a source with times, the arrival. */
  readonly round: number
  /** Place of its cut in the round's list of cuts. */
  readonly cut: number
  /** Its place in the cut. */
  readonly row: number
}

export interface Row {
  readonly value: unknown
  readonly arrival?: Arrival | undefined
}

export type Rdd = readonly (readonly Row[])[]

export const rowOf = (value: unknown): Row => ({ value })

export const valuesOf = (rdd: Rdd): unknown[] => rdd.flat().map(({ value }) => value)

/** Partition p is what partitions p of several RDDs hold, one after another. */
export const oneAfterAnother = (partitions: number, rdds: readonly Rdd[]): Rdd =>
  Array.from({ length: partitions }, (_, partition) => rdds.flatMap((rdd) => rdd[partition] ?? []))

export type Pair = readonly [key: unknown, value: unknown]

export function pairOf(value: unknown): Pair {
  if (!Array.isArray(value) || value.length !== 2) throw new Error("not a pair")
  return value as unknown as Pair
}
