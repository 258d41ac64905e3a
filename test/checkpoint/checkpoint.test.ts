import { expect, test } from "vitest"
import { rowsBlock } from "#src/block/make-block.js"
import type { Found } from "#src/checkpoint/checkpoint.js"
import { Checkpoint } from "#src/checkpoint/checkpoint.js"
import type { Place } from "#src/checkpoint/place.js"
import { MemoryPlace } from "../recovery/memory-place.ts"

const SUBJECT = { job: "job", fingerprint: ["job"], intervalMs: 1_000, partitions: 1, params: undefined }
const READS = { states: new Set<number>(), arrivals: new Set<number>(), reach: [] }

const open = (place: Place): Promise<Checkpoint> => Checkpoint.open(place, SUBJECT, READS)

/** A step and the chunk that it names are written, and neither is on the disk. */
async function killed(): Promise<MemoryPlace> {
  const place = new MemoryPlace()
  const checkpoint = await open(place)
  checkpoint.keep({ chunk: 0, node: 0, origin: 0, block: rowsBlock(["a"]) })
  checkpoint.append({ kind: "step", step: 7, cuts: [{ kind: "chunk", node: 0, partition: 0, chunk: 0 }] })
  await checkpoint.written()
  return place
}

const stepsOf = ({ records }: Found): unknown[] => records.map((record) => record.kind === "step" && record.step)

test("what a killed process had written lasts in the order in which it is needed", async () => {
  const lasted = new Set<boolean>()
  for (let operation = 0; ; operation++) {
    const next = (await killed()).after("process", operation, "after")
    const opened = await Promise.race([open(next), next.died])
    const { found } = await open(next.after("machine")) // it is not refused as damaged
    lasted.add(stepsOf(found).length > 0)
    if (stepsOf(found).length > 0) expect(found.chunks.map(({ chunk }) => chunk)).toEqual([0])
    if (opened === undefined) continue
    expect(stepsOf(found)).toEqual([7])
    break
  }
  expect(lasted).toEqual(new Set([false, true]))
})
