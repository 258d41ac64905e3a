/**
 * What verbs mean together: how often each node has an RDD, which of its parents' steps it reads, and which
 * compositions have no meaning. Decided when the graph is sealed, since only then the interval is known.
 *
 *     slide        steps from one RDD to the next; a window may change it, streams that meet must agree
 *     overlapping  one record is in several RDDs, so a state over them would count it several times
 *     whole        each RDD is all that a state holds, not what is new
 */
import { showPosition } from "../base/call-site.ts"
import { formatDuration } from "../base/duration.ts"
import { refuse } from "../base/errors.ts"
import type { Edge, Node } from "./node.ts"
import type { JoinKind } from "./operator.ts"
import { isHeldShown, nameOfTimeout } from "./state-rule.ts"

interface Traits {
  readonly slide: number
  /** The node that made it so. */
  readonly overlapping: Node | undefined
  readonly whole: Node | undefined
}

const PLAIN: Traits = { slide: 1, overlapping: undefined, whole: undefined }

/** The nodes with their slides and the steps of their edges. @throws the refusals of verbs that do not compose */
export function composed(nodes: readonly Node[], intervalMs: number): Node[] {
  const composition = new Composition(intervalMs)
  return nodes.map((node) => composition.add(node))
}

class Composition {
  readonly #intervalMs: number
  readonly #nodes: Node[] = []
  readonly #traits: Traits[] = []

  constructor(intervalMs: number) {
    this.#intervalMs = intervalMs
  }

  add(node: Node): Node {
    const parents = this.#traitsOfParents(node)
    const { node: resolved, traits } = this.#resolve(node, parents)
    this.#nodes.push(Object.freeze(resolved))
    this.#traits.push(traits)
    return resolved
  }

  #resolve(node: Node, parents: Traits): { readonly node: Node; readonly traits: Traits } {
    const same = { node: { ...node, slide: parents.slide } as Node, traits: parents }
    switch (node.kind) {
      case "input":
      case "output":
        return same
      case "table":
        if (node.refreshMs !== undefined) this.#stepsOf(node, "refresh", node.refreshMs)
        return same
      case "transform":
        return node.operator.verb === "window" ? this.#window(node, parents, node.operator) : same
      case "state": {
        this.#requireNew(node, node.rule.verb, parents)
        if (node.timeoutMs !== undefined) this.#stepsOf(node, nameOfTimeout(node.rule), node.timeoutMs)
        return node.rule.verb === "reduceByWindow"
          ? this.#window(node, parents, node.rule)
          : { node: same.node, traits: { ...PLAIN, slide: parents.slide } }
      }
    }
  }

  /** A window is a node that reads several steps of its parent; one that is a state also those that have just left. */
  #window(
    node: Node,
    parents: Traits,
    {
      verb,
      lengthMs,
      slideMs,
    }: { readonly verb: string; readonly lengthMs: number; readonly slideMs: number | undefined },
  ): { readonly node: Node; readonly traits: Traits } {
    this.#requireNew(node, verb, parents)
    const length = this.#stepsOf(node, "window", lengthMs, parents.slide)
    const slide = slideMs === undefined ? parents.slide : this.#stepsOf(node, "slide", slideMs, parents.slide)
    if (slide > length) {
      throw refuse("MR_SLIDE_TOO_LONG", {
        verb,
        slide: formatDuration(slide * this.#intervalMs),
        length: formatDuration(lengthMs),
        at: node.at,
      })
    }
    const first = node.kind === "state" ? 1 - length - slide : 1 - length
    const edges = node.edges.map((edge): Edge => Object.freeze({ ...edge, steps: [first, 0] as const }))
    const resolved = { ...node, slide, edges } as unknown as Node
    const overlapping = node.kind === "transform" && slide < length ? resolved : undefined
    return { node: resolved, traits: { slide, overlapping, whole: undefined } }
  }

  /** What is new in each RDD is all that a state or a window can be made of. */
  #requireNew({ at }: Node, verb: string, { overlapping, whole }: Traits): void {
    if (overlapping !== undefined) {
      throw refuse("MR_STATE_OVER_WINDOW", { verb, at, window: overlapping.name, windowAt: overlapping.at })
    }
    if (whole !== undefined) throw refuse("MR_STATE_OVER_STATE", { verb, at, state: whole.name })
  }

  #traitsOfParents(node: Node): Traits {
    const parents = node.edges
      .filter(({ parent }) => this.#nodes[parent]!.kind !== "table")
      .map((edge) => ({ name: this.#nodes[edge.parent]!.name, ...this.#traitsOf(edge) }))
    const [first, ...others] = parents
    if (first === undefined) return PLAIN
    const other = others.find(({ slide }) => slide !== first.slide)
    if (other !== undefined) {
      throw refuse("MR_SLIDES_DIFFER", {
        verb: verbOf(node),
        at: node.at,
        first: first.name,
        firstSlide: formatDuration(first.slide * this.#intervalMs),
        second: other.name,
        secondSlide: formatDuration(other.slide * this.#intervalMs),
      })
    }
    return {
      slide: first.slide,
      overlapping: parents.find(({ overlapping }) => overlapping !== undefined)?.overlapping,
      whole: parents.find(({ whole }) => whole !== undefined)?.whole,
    }
  }

  #traitsOf({ parent, reads }: Edge): Traits {
    const node = this.#nodes[parent]!
    const traits = this.#traits[parent]!
    const isWhole = node.kind === "state" && reads === "records" && isHeldShown(node.rule)
    return isWhole ? { ...traits, whole: node } : traits
  }

  /** A length of time in steps. @throws MR_NOT_MULTIPLE */
  #stepsOf({ name, at }: Node, what: string, ms: number, slide: number = 1): number {
    const unitMs = slide * this.#intervalMs
    if (ms % unitMs === 0) return ms / this.#intervalMs
    const below = Math.floor(ms / unitMs) * unitMs
    throw refuse("MR_NOT_MULTIPLE", {
      what: `The ${what} of "${name}"`,
      at: showPosition(at),
      got: formatDuration(ms),
      unit: formatDuration(unitMs),
      nearest: [below, below + unitMs].filter((candidate) => candidate > 0).map(formatDuration),
    })
  }
}

/** What a node is called in a message: its verb. */
function verbOf(node: Node): string {
  switch (node.kind) {
    case "transform":
      return node.operator.verb === "cogroup" ? JOINS[node.operator.gives] : node.operator.verb
    case "state":
      return node.rule.verb
    default:
      return node.kind
  }
}

const JOINS: Readonly<Record<JoinKind, string>> = {
  groups: "cogroup",
  inner: "join",
  left: "leftOuterJoin",
  right: "rightOuterJoin",
  full: "fullOuterJoin",
}

/** Whether a node of this slide has an RDD at a step. */
export const isDue = (step: number, slide: number): boolean => (step + 1) % slide === 0

/** The first step from `step` on at which a node of this slide has an RDD. */
export const nextDue = (step: number, slide: number): number => Math.ceil((step + 1) / slide) * slide - 1
