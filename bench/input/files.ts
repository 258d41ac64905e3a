/** Input files: made once, kept in a folder that git ignores, checked by their hash. */
import { createHash } from "node:crypto"
import fs from "node:fs"
import path from "node:path"
import { fileURLToPath } from "node:url"
import { makeEvents } from "./events.ts"
import { LINE_BYTES, makeLines } from "./lines.ts"
import type { SharedInput } from "./shared.ts"

export type InputKind = "lines" | "events"

const FOLDER = fileURLToPath(new URL("../../.millrace/bench/", import.meta.url))
const NEWLINE = 10

/**
 * Steps of the closed loop that a circle through the input has. Neither it nor a part of it divides the 30 steps of the
 * windows, so what enters a window is never what leaves it.
 */
export const STEPS_A_CIRCLE = 7
/** Records a circle is a multiple of: steps may also be a part of that size. */
const RECORDS_GRAIN = STEPS_A_CIRCLE * 12

/** The inputs of 64 MiB, by their SHA-256. */
const HASHES: Readonly<Record<InputKind, string>> = {
  lines: "d0c990b6682b08a0b2a4fa2cdefb21dfa2c5604ff9e24755c7a1da1f6adf31d5",
  events: "5c341c40ba5183f2a7ba08f27fc9b5837e14e7a192ac6b5c048e217f563c8f8c",
}

const fileOf = (kind: InputKind, megabytes: number): string => path.join(FOLDER, `${kind}-${megabytes}`)

/** Makes the file if it is not there yet, or is not what it should be. */
export function ensureInput(kind: InputKind, megabytes: number, say: (text: string) => void): void {
  const file = fileOf(kind, megabytes)
  if (isWhole(file, megabytes === 64 ? HASHES[kind] : undefined)) return
  const startedAt = performance.now()
  const make = kind === "lines" ? makeLines : makeEvents
  const progress = progressOf(`making ${megabytes} MB of ${kind}, once`, say)
  const bytes = make(recordsIn(kind, megabytes), progress)
  const [made, expected] = [hashOf(bytes), HASHES[kind]]
  if (megabytes === 64 && made !== expected)
    throw new Error(`${kind} of 64 MB should have the hash ${expected} but have ${made}: the generator has changed`)
  fs.mkdirSync(FOLDER, { recursive: true })
  const own = `${file}.${process.pid}`
  fs.writeFileSync(own, bytes)
  fs.writeFileSync(`${file}.sha256`, made)
  fs.renameSync(own, file)
  say(`made ${path.relative(process.cwd(), file)} in ${((performance.now() - startedAt) / 1000).toFixed(1)} s`)
}

/** Whether the file is there and has the hash that it should have, or that it had when it was made. */
function isWhole(file: string, hash: string | undefined): boolean {
  if (!fs.existsSync(file) || !fs.existsSync(`${file}.sha256`)) return false
  return hashOf(fs.readFileSync(file)) === (hash ?? fs.readFileSync(`${file}.sha256`, "utf8"))
}

const hashOf = (bytes: Buffer): string => createHash("sha256").update(bytes).digest("hex")

/** At most so many bytes; a whole number of steps. */
function recordsIn(kind: InputKind, megabytes: number): number {
  const recordBytes = kind === "lines" ? LINE_BYTES : EVENT_BYTES_ABOUT
  return Math.floor((megabytes * 2 ** 20) / recordBytes / RECORDS_GRAIN) * RECORDS_GRAIN
}
const EVENT_BYTES_ABOUT = 244

function progressOf(what: string, say: (text: string) => void): (share: number) => void {
  let told = performance.now()
  return (share) => {
    if (performance.now() - told < 2_000) return
    told = performance.now()
    say(`${what}: ${Math.floor(share * 100)} %`)
  }
}

/** Reads the file into shared memory. */
export function loadInput(kind: InputKind, megabytes: number): SharedInput {
  const file = fs.openSync(fileOf(kind, megabytes), "r")
  const { size } = fs.fstatSync(file)
  const memory = new SharedArrayBuffer(size)
  const bytes = Buffer.from(memory)
  for (let at = 0; at < size;) at += fs.readSync(file, bytes, at, Math.min(size - at, 2 ** 20), at)
  fs.closeSync(file)
  const starts: number[] = [0]
  for (let end = bytes.indexOf(NEWLINE); end !== -1; end = bytes.indexOf(NEWLINE, end + 1)) starts.push(end + 1)
  return {
    bytes: memory,
    records: starts.length - 1,
    starts: shared(starts),
  }
}

function shared(numbers: readonly number[]): SharedArrayBuffer {
  const memory = new SharedArrayBuffer(4 * numbers.length)
  new Int32Array(memory).set(numbers)
  return memory
}
