/**
 * Where each partition of each state has its table, and which deltas still exist.
 *
 * A table is a cache: whoever lacks it builds it from deltas. A delta is kept until its step is finished and the table's
 * holder has been given it; from then on the holder's table is the only place where its rows are.
 */
import type { Step } from "../stream/step-record.ts"
import type { TableNeed } from "./events.ts"

interface Place {
  holder: string | undefined
  /** The version the holder was brought to, by the messages sent to it. */
  version: Step | undefined
  /** Steps whose deltas exist, oldest first. */
  deltas: Step[]
  /** Rows of each of these deltas. */
  readonly rows: Map<Step, number>
  /** The last step whose delta, with rows in it, is in the holder's table alone. */
  onlyInTable: Step | undefined
}

export class Tables {
  readonly #places: Place[][] = [] // by stage, by partition

  holder(stage: number, partition: number): string | undefined {
    return this.#place(stage, partition).holder
  }

  /** The delta of a step exists. */
  gained(stage: number, partition: number, step: Step, rows: number): void {
    const place = this.#place(stage, partition)
    place.deltas.push(step)
    place.rows.set(step, rows)
  }

  /** Sends the holder, or a first one, on to a version: what it must be told. `oldest` is the oldest one to be read. */
  moveTo(
    stage: number,
    partition: number,
    worker: string,
    version: Step | undefined,
    oldest: Step | undefined,
  ): TableNeed {
    const place = this.#place(stage, partition)
    const fresh = place.holder === undefined
    const from = fresh ? undefined : place.version
    const deltas =
      version === undefined ? [] : place.deltas.filter((step) => step <= version && (from === undefined || step > from))
    place.holder = worker
    if (version !== undefined && (place.version === undefined || version > place.version)) place.version = version
    return { stage, version, deltas, fresh, oldest }
  }

  /** Deltas that the holder has and no open step reads. They are forgotten here: the caller drops them. */
  settled(stage: number, partition: number, firstOpen: Step | undefined): Step[] {
    const place = this.#place(stage, partition)
    const { version } = place
    if (place.holder === undefined || version === undefined) return []
    const settled = place.deltas.filter((step) => step <= version && (firstOpen === undefined || step < firstOpen))
    for (const step of settled) {
      if (place.rows.get(step)! > 0) place.onlyInTable = step
      place.rows.delete(step)
    }
    if (settled.length > 0) place.deltas = place.deltas.filter((step) => !settled.includes(step))
    return settled
  }

  /** Forgets what a lost worker held. Gives the partitions whose state was nowhere else. */
  lose(worker: string): { readonly stage: number; readonly partition: number; readonly step: Step }[] {
    const lost: { stage: number; partition: number; step: Step }[] = []
    this.#places.forEach((ofStage, stage) => {
      ofStage.forEach((place, partition) => {
        if (place.holder !== worker) return
        place.holder = undefined
        place.version = undefined
        if (place.onlyInTable !== undefined) lost.push({ stage, partition, step: place.onlyInTable })
      })
    })
    return lost
  }

  #place(stage: number, partition: number): Place {
    const ofStage = (this.#places[stage] ??= [])
    return (ofStage[partition] ??= {
      holder: undefined,
      version: undefined,
      deltas: [],
      rows: new Map(),
      onlyInTable: undefined,
    })
  }
}
