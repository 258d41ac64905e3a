/** What readStream() is given, as a source. */
import { refuse } from "../base/errors.ts"
import type { Source } from "../stream/source.ts"
import { filePathOf } from "./file-path.ts"
import { filesSource } from "./files.ts"
import { httpSource } from "./http.ts"
import { isLive, nameOfLive } from "./live.ts"
import { several } from "./several.ts"
import { isSourceOf } from "./source-of.ts"

/**
 * The source that `from` stands for: an http or https URL, the path of a file or folder, what defineSource() and its kin
 * give, or a list of these.
 * @throws MR_SOURCE_LIVE for what is already open, MR_SOURCE_LIST for a list that cannot be read as one stream,
 * MR_SOURCE_UNKNOWN for anything else.
 */
export function resolveSource(from: unknown): Source {
  if (Array.isArray(from)) return several(from.map(resolveSource))
  if (isSourceOf(from)) return from.source
  const url = httpUrlOf(from)
  if (url !== undefined) return httpSource(url).source
  const file = filePathOf(from)
  if (file !== undefined) return filesSource(file).source
  throw isLive(from) ? refuse("MR_SOURCE_LIVE", { got: nameOfLive(from) }) : refuse("MR_SOURCE_UNKNOWN", { got: from })
}

function httpUrlOf(value: unknown): string | undefined {
  const text = value instanceof URL ? value.href : value
  if (typeof text !== "string" || !URL.canParse(text)) return undefined
  return ["http:", "https:"].includes(new URL(text).protocol) ? text : undefined
}
