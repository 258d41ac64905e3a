/** What readStream() is given, as a source. */
import { refuse } from "../base/errors.ts"
import type { Source } from "../stream/source.ts"
import { filePathOf } from "./file-path.ts"
import { filesSource } from "./files.ts"
import { httpSource } from "./http.ts"
import { isLive, nameOfLive } from "./live.ts"
import { several } from "./several.ts"
import { isSourceOf } from "./source-of.ts"
import type { UncheckedSource } from "./source-of.ts"
import { webSocketSource } from "./web-socket.ts"

const BY_PROTOCOL: Readonly<Record<string, (url: string) => UncheckedSource>> = {
  "http:": httpSource,
  "https:": httpSource,
  "ws:": webSocketSource,
  "wss:": webSocketSource,
}

/**
 * The source that `from` stands for: an http, https, ws or wss URL, the path of a file or folder, what defineSource() and
 * its kin give, or a list of these.
 * @throws MR_SOURCE_LIVE for what is already open, MR_SOURCE_LIST for a list that cannot be read as one stream,
 * MR_SOURCE_UNKNOWN for anything else.
 */
export function resolveSource(from: unknown): Source {
  if (Array.isArray(from)) return several(from.map(resolveSource))
  if (isSourceOf(from)) return from.source
  const url = urlOf(from)
  if (url !== undefined && Object.hasOwn(BY_PROTOCOL, url.protocol)) return BY_PROTOCOL[url.protocol]!(url.href).source
  const file = filePathOf(from)
  if (file !== undefined) return filesSource(file).source
  throw isLive(from) ? refuse("MR_SOURCE_LIVE", { got: nameOfLive(from) }) : refuse("MR_SOURCE_UNKNOWN", { got: from })
}

function urlOf(value: unknown): URL | undefined {
  const text = value instanceof URL ? value.href : value
  return typeof text === "string" && URL.canParse(text) ? new URL(text) : undefined
}
