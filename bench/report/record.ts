/** All figures of one call, as a file keeps them. */
import fs from "node:fs"
import os from "node:os"
import type { Case, CaseResult, Settings } from "../case.ts"

export interface BenchRecord {
  /** What it was measured on. */
  readonly machine: Machine
  /** When it began, as ISO 8601. */
  readonly at: string
  readonly settings: Settings
  readonly results: readonly CaseResult[]
  /** Cases that gave no figures, and why. */
  readonly failures: readonly { readonly case: Case; readonly why: string }[]
}

export interface Machine {
  readonly node: string
  readonly platform: string
  readonly processors: number
  readonly processor: string
  readonly memoryGb: number
}

export function thisMachine(): Machine {
  return {
    node: process.version,
    platform: `${process.platform}-${process.arch}`,
    processors: os.availableParallelism(),
    processor: os.cpus()[0]?.model.trim() ?? "unknown",
    memoryGb: Math.round(os.totalmem() / 2 ** 30),
  }
}

export const machineText = ({ node, platform, processors, processor, memoryGb }: Machine): string =>
  `Node.js ${node}, ${platform}, ${processors} processors (${processor}), ${memoryGb} GB`

/** Writes the whole file or leaves it as it was. */
export function writeRecord(file: string, record: BenchRecord): void {
  fs.writeFileSync(`${file}.part`, `${JSON.stringify(record, undefined, 2)}\n`)
  fs.renameSync(`${file}.part`, file)
}

/** @throws if there is no such file, or it is not such a record */
export function readRecord(file: string | URL): BenchRecord {
  const record = JSON.parse(fs.readFileSync(file, "utf8")) as BenchRecord | null
  if (!Array.isArray(record?.results) || !Array.isArray(record.failures)) throw new Error("it has no results")
  return record
}

/** The figures that a change is held against. */
export const BASELINE = new URL("../baseline.json", import.meta.url)
