/** Reading what `save()` has written, as another program would: without this package. */
import fs from "node:fs"
import path from "node:path"
import { parse } from "csv-parse/sync"

/** The names of the directories that are whole, in their order. */
export function savedNames(directory: string): string[] {
  return fs
    .readdirSync(directory)
    .filter((name) => !name.startsWith("."))
    .sort()
}

/** Names in a directory that begin with a dot. */
export function hiddenNames(directory: string): string[] {
  return fs.readdirSync(directory).filter((name) => name.startsWith("."))
}

/** The records of each file of a directory, by the file's name. */
export function savedFiles(directory: string): Record<string, unknown[]> {
  const names = fs.readdirSync(directory).sort()
  return Object.fromEntries(names.map((name) => [name, recordsOf(path.join(directory, name))]))
}

/** All records in order of time and partitions, or those of some of the directories. */
export function savedRecords(directory: string, names: readonly string[] = savedNames(directory)): unknown[] {
  return names.flatMap((name) => Object.values(savedFiles(path.join(directory, name))).flat())
}

function recordsOf(file: string): unknown[] {
  const text = fs.readFileSync(file, "utf8")
  if (file.endsWith(".csv")) return parse(text, { columns: true })
  if (text !== "" && !text.endsWith("\n")) throw new Error(`${file} ends in the middle of a line`)
  return text
    .split("\n")
    .slice(0, -1)
    .map((line) => JSON.parse(line) as unknown)
}
