/** Which verbs can stand next to one another in a program, and which do. */
import type { Description, Verb } from "./description.ts"
import { shownStates, states, verbs, verbsOfTwo } from "./description.ts"
import { needPairs } from "./stream-kinds.ts"

type By = Verb | "source"

/** All that can stand before and after one another, `from → to`; a verb's second stream is `from → to, right`. */
export const neighbours: readonly string[] = givers().flatMap((from) => [
  ...verbs.filter((to) => canFollow(from, to)).map((to) => `${from} → ${to}`),
  ...verbs.filter((to) => verbsOfTwo.has(to) && canFollow(from, to)).map((to) => `${from} → ${to}, right`),
  `${from} → output`,
])

/** A source's own streams count as it. */
function givers(): By[] {
  return ["source", ...verbs.filter((verb) => verb !== "invalid" && verb !== "late")]
}

function canFollow(from: By, to: Verb): boolean {
  if (to === "invalid" || to === "late") return from === "source"
  if (to === "changes" || to === "ended") return shownStates.has(from as Verb)
  if (from === "count" && needPairs.has(to)) return to === "mapValues" || to === "flatMapValues" // which skip numbers
  const needsNew = states.has(to) || to === "window" || to === "tumbling"
  return !needsNew || (from !== "window" && !shownStates.has(from as Verb))
}

/** The pairs of neighbours in a program. */
export function neighboursIn({ sources, operators, outputs }: Description): string[] {
  const by = [
    ...sources.map((): By => "source"),
    ...operators.map(({ verb }): By => (verb === "invalid" || verb === "late" ? "source" : verb)),
  ]
  return [
    ...operators.map(({ from, verb }) => `${by[from]} → ${verb}`),
    ...operators.flatMap(({ verb, other }) => (verbsOfTwo.has(verb) ? [`${by[other!]} → ${verb}, right`] : [])),
    ...outputs.map(({ from }) => `${by[from]} → output`),
  ]
}
