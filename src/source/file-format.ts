/** How a file is read: by what was asked for and by what its name says it holds. */
import type { Content } from "../stream/source.ts"
import { CsvFileCutter } from "./csv-file.ts"
import type { FileCutter } from "./file-cutter.ts"
import { JsonFileCutter } from "./json-file.ts"
import { LineCutter } from "./ndjson.ts"
import type { RecordSink } from "./record-sink.ts"
import { WholeFileCutter } from "./whole-file.ts"

/** By the last part of a name, in small letters, without `.gz`. */
const RECORD_FORMATS: Readonly<Record<string, (sink: RecordSink) => FileCutter>> = {
  ".ndjson": (sink) => new LineCutter(sink),
  ".jsonl": (sink) => new LineCutter(sink),
  ".json": (sink) => new JsonFileCutter(sink),
  ".csv": (sink) => new CsvFileCutter(sink),
}
const TEXT_EXTENSIONS = [".txt", ".log"]
const EXTENSIONS = [...Object.keys(RECORD_FORMATS), ...TEXT_EXTENSIONS]

/** Whether a file's name says what is in it. */
export function hasKnownExtension(name: string): boolean {
  return EXTENSIONS.includes(extensionOf(name))
}

/** Whether its content is compressed. */
export function isGzip(name: string): boolean {
  return name.toLowerCase().endsWith(".gz")
}

/** Why `content` cannot be read from a file of this name, and what to do; undefined if it can. */
export function whyUnreadable(
  name: string,
  content: Content,
): { readonly why: string; readonly hint: string } | undefined {
  const extension = extensionOf(name)
  if (content !== "records" || Object.hasOwn(RECORD_FORMATS, extension)) return undefined
  if (TEXT_EXTENSIONS.includes(extension))
    return { why: "its name says that it holds lines of text", hint: "use readText()" }
  const known = Object.keys(RECORD_FORMATS).join(", ")
  return {
    why: "its name does not tell what it holds",
    hint: `readStream() reads ${known}, also with .gz behind, and readText() the lines of any file`,
  }
}

/** What cuts a file of this name; it must be readable. */
export function cutterFor(name: string, content: Content, sink: RecordSink): FileCutter {
  if (content === "bytes") return new WholeFileCutter(sink)
  if (content === "text") return new LineCutter(sink, "text")
  return RECORD_FORMATS[extensionOf(name)]!(sink)
}

function extensionOf(name: string): string {
  return /[^/\\](\.[^./\\]+?)(\.gz)?$/.exec(name.toLowerCase())?.[1] ?? ""
}
