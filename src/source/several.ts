/** Several sources that are read as one stream: `readStream([url, listen(…), from(…)], "1s")`. */
import { refuse } from "../base/errors.ts"
import type { ReceiveSource, SeveralSources, Source } from "../stream/source.ts"

/** @throws MR_SOURCE_LIST if there is none, or one whose records do not come of their own accord. */
export function several(sources: readonly Source[]): SeveralSources {
  if (sources.length === 0) throw refuse("MR_SOURCE_LIST", { problem: "it is empty" })
  return Object.freeze({
    kind: "several",
    description: `[${sources.map(({ description }) => description).join(", ")}]`,
    sources: Object.freeze(sources.map(requireReceived)),
  })
}

function requireReceived(source: Source, index: number): ReceiveSource {
  if (source.kind === "receive") return source
  const why = source.kind === "several" ? "is a list itself" : `is ${source.description}, which is read by offsets`
  throw refuse("MR_SOURCE_LIST", { problem: `item ${index} ${why}` })
}
