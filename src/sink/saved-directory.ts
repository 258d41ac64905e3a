/**
 * The sink of `save()`: a directory that gets one directory for each step, or roll of steps, each of them whole or not
 * there. Built on the port of sinks alone.
 *
 *     out/2026-11-24T02-41-25.000Z/part-00000.ndjson
 *                                 /part-00003.ndjson
 *        /.millrace-4f1d0c9a2b37-2026-11-24T02-41-26.000Z/…   being written
 */
import { createHash } from "node:crypto"
import path from "node:path"
import { fileURLToPath } from "node:url"
import { formatDuration } from "../base/duration.ts"
import { refuse } from "../base/errors.ts"
import { plainJson } from "../base/plain-json.ts"
import { showValue } from "../base/show-value.ts"
import type { RDD } from "../stream/rdd.ts"
import type { SinkContext, SinkStep, Written } from "../stream/sink.ts"
import { csvOfFile } from "./csv.ts"
import type { SinkOf } from "./define-sink.ts"
import { defineSink } from "./define-sink.ts"
import { makeDirectory, namesIn, remove } from "./durable-files.ts"
import { sayFileProblem } from "./file-problem.ts"
import type { FileFormat } from "./roll.ts"
import { Roll } from "./roll.ts"

export type FormatName = "ndjson" | "csv"

const formats: Readonly<Record<FormatName, FileFormat>> = {
  ndjson: { extension: "ndjson", begin: () => (record) => `${plainJson(record)}\n` },
  csv: { extension: "csv", begin: csvOfFile },
}

/**
 * Records of any kind in files of `format`; `directory` may be relative, to where the driver runs. A directory holds what
 * came in `everyMs` milliseconds, a multiple of the interval, counted from the Unix epoch; left out, in one step.
 */
export function savedDirectory(
  directory: string | URL,
  format: FormatName,
  everyMs: number | undefined,
): SinkOf<unknown> {
  const place = pathOf(directory)
  const each = everyMs === undefined ? "step" : formatDuration(everyMs)
  return defineSink({
    description: `${format} files in ${showValue(place, 100)}, a directory each ${each}`,
    open: (context) => open(path.resolve(place), formats[format], everyMs ?? context.intervalMs, context),
    write: (rdd, step, saved) => saved.write(rdd, step),
    close: (saved) => saved.close(),
  })
}

/** Directories that an output of this process writes to, by its name: two would take each other's for their own. */
const inUse = new Map<string, string>()

async function open(
  directory: string,
  format: FileFormat,
  everyMs: number,
  context: SinkContext,
): Promise<SavedDirectory> {
  const { job, output, intervalMs, warn } = context
  if (everyMs % intervalMs !== 0) {
    const expected = `a multiple of the job's interval, ${formatDuration(intervalMs)}`
    throw refuse("MR_OPTION_INVALID", { where: "save()", option: "every", expected, got: formatDuration(everyMs) })
  }
  const owner = inUse.get(directory)
  if (owner !== undefined) {
    throw new Error(`${directory} is being written by the output "${owner}"; give each output a directory of its own`)
  }
  inUse.set(directory, output)
  try {
    const hash = createHash("sha256")
      .update(plainJson([job, output]))
      .digest("hex")
    const temporary = `.millrace-${hash.slice(0, 12)}-`
    await sayFileProblem(directory, () => prepare(directory, temporary))
    return new SavedDirectory({ directory, temporary, format, everyMs, warn })
  } catch (error) {
    inUse.delete(directory)
    throw error
  }
}

/** Makes the directory, and removes what a run that was killed has left in it. */
async function prepare(directory: string, temporary: string): Promise<void> {
  await makeDirectory(directory)
  for (const name of await namesIn(directory)) {
    if (name.startsWith(temporary)) await remove(path.join(directory, name))
  }
}

interface SavedDirectoryOptions {
  readonly directory: string
  /** How the names of directories begin that are being written. */
  readonly temporary: string
  readonly format: FileFormat
  readonly everyMs: number
  readonly warn: (message: string) => void
}

class SavedDirectory {
  readonly #options: SavedDirectoryOptions
  #roll: Roll | undefined
  /** The start of the step that was written last. */
  #written = -Infinity

  constructor(options: SavedDirectoryOptions) {
    this.#options = options
  }

  /** A step of a roll is held until the roll has its name. */
  write(rdd: RDD<unknown>, { start, end }: SinkStep): Promise<Written> {
    const { directory, everyMs } = this.#options
    return sayFileProblem(directory, async () => {
      if (start <= this.#written) return this.#held
      const rollStart = Math.floor(start / everyMs) * everyMs
      if (this.#roll !== undefined && this.#roll.start !== rollStart) await this.#publish() // quiet steps ended it
      if (!rdd.isEmpty()) this.#roll ??= this.#begin(rollStart)
      await this.#roll?.add(rdd, start)
      if (end >= rollStart + everyMs) await this.#publish()
      this.#written = start
      return this.#held
    })
  }

  get #held(): Written {
    return this.#roll === undefined ? undefined : "held"
  }

  /** Publishes what was gathered, also of a roll that is not full. */
  async close(): Promise<void> {
    const { directory } = this.#options
    try {
      await sayFileProblem(directory, () => this.#publish())
    } finally {
      inUse.delete(directory)
    }
  }

  #begin(start: number): Roll {
    const { directory, temporary, format } = this.#options
    return new Roll(start, path.join(directory, `${temporary}${nameOf(start)}`), format)
  }

  async #publish(): Promise<void> {
    if (this.#roll === undefined) return
    const { directory, warn } = this.#options
    const name = nameOf(this.#roll.start)
    const given = await this.#roll.publish(directory, name)
    this.#roll = undefined
    if (given === name) return
    warn(`${path.join(directory, name)} was there already, with the records of another run; this run's are in ${given}`)
  }
}

/** Readable, sorted as its time is, and allowed in file names everywhere. */
const nameOf = (start: number): string => new Date(start).toISOString().replaceAll(":", "-")

/** @throws MR_OPTION_INVALID for what is no path of a directory */
function pathOf(directory: unknown): string {
  if (directory instanceof URL && directory.protocol === "file:") return fileURLToPath(directory)
  const isPath = typeof directory === "string" && directory !== "" && !directory.includes("\0")
  if (isPath && !/^[a-z][a-z\d+.-]+:\/\//i.test(directory)) return directory
  throw refuse("MR_OPTION_INVALID", {
    where: "save()",
    option: "directory",
    expected: "the path of a directory",
    got: directory,
  })
}
