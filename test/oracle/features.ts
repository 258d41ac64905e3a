/** What a program's operators have of all they could be told. */
import type { Description, OperatorDescription } from "./description.ts"
import { shownStates, states, verbsOfTwo } from "./description.ts"

export const featuresIn = (description: Description): string[] =>
  description.operators.flatMap((operator) => featuresOf(description, operator))

function featuresOf({ operators, sources }: Description, { verb, f, lengths, other }: OperatorDescription): string[] {
  const otherVerb = verbsOfTwo.has(verb) ? operators[other! - sources.length]?.verb : undefined
  const isState = states.has(verb) && verb !== "reduceByWindow"
  const has: Readonly<Record<string, boolean>> = {
    "with the whole of a state": otherVerb !== undefined && shownStates.has(otherVerb),
    "with subtract": verb === "reduceByWindow" && f.subtract !== undefined,
    "with a slide": (verb === "reduceByWindow" || verb === "window") && lengths.slideMs !== undefined,
    "for ever": isState && lengths.timeoutMs === undefined,
    "with maxKeys": states.has(verb) && lengths.maxKeys !== undefined,
    "with onTimeout": verb === "flatMapWithState" && f.onTimeout && lengths.timeoutMs !== undefined,
    [`with ${f.named?.name}()`]: f.named !== undefined,
    "of what is its own key": verb === "map" && f.gives === "keyed" && f.named === undefined,
    "by its own rank": verb === "topK" && !f.ranks,
  }
  return Object.keys(has).flatMap((feature) => (has[feature] ? [`${verb} ${feature}`] : []))
}
