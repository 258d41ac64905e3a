/** Lines as they are appended to a file: a log that is followed through its rotations, as `tail -F` does. */
import { refuse } from "../base/errors.ts"
import { checkOptions } from "../base/options.ts"
import { defineSource } from "./define-source.ts"
import { FollowedFile } from "./followed-file.ts"
import { pathOf } from "./file-path.ts"
import type { UncheckedSource } from "./source-of.ts"

export interface TailOptions {
  /**
   * Where reading begins in a file that is there when the job starts: at its `"end"`, so that only what is appended from
   * then on is read, a line that is not finished included; or at its `"start"`. Default `"end"`. A file that comes later
   * is read from its start.
   */
  readonly from?: "start" | "end" | undefined
}

/**
 * A source of the lines that are appended to a file: lines of JSON under `readStream`, whatever the file's name; of text
 * under `readText`. It never ends. The file is looked at four times a second; one that does not exist is waited for.
 *
 * - _Renamed_, and another file in its place: the old one is read to its end first, which is when nothing came from one
 *   look to the next; then the new one from its start.
 * - _Cut_ (copied away and truncated): it is read from its start again. What was written between the last look and the
 *   cut is lost, and a cut is not noticed if the file has grown beyond its old length by the next look.
 * - _The last line_ is kept until its end comes, and is invalid if it grows beyond `maxRecordBytes`.
 *
 * What was appended while the job did not run is not read, but with `from: "start"`.
 *
 * @param file a path, or a `file:` URL; a relative path starts at the working directory of the driver's process
 * @example
 * ```ts
 * const errors = readText(tail("/var/log/app.log"), "1s").filter((line) => line.includes("ERROR"))
 * ```
 * @throws MR_OPTION_INVALID if `file` or an option is not what it must be, MR_OPTION_UNKNOWN for another option.
 * The job does not start, with MR_SOURCE_PATH, if `file` is there and cannot be read, is a folder, or if bytes are asked
 * for.
 *
 * Flume `TAILDIR`, Flink and Spark have none.
 */
export function tail(file: string | URL, options?: TailOptions): UncheckedSource {
  checkOptions("tail()", options)
  const path = pathOf(file)
  if (path === undefined) {
    throw refuse("MR_OPTION_INVALID", { where: "tail()", option: "file", expected: "a path or a file: URL", got: file })
  }
  const from = options?.from ?? "end"
  return defineSource({
    description: `tail ${path}, from its ${from}`,
    open: (receiver) => new FollowedFile(path, receiver).run(from),
  })
}
