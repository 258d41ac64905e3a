/** Draws lines of text, and which named function looks for what in them. */
import type { Random } from "#src/base/random.js"
import type { NamedDescription, SourceDescription, Verb } from "./description.ts"

/**
 * Stands for a byte that is not UTF-8, in lines that are bytes: read as text it becomes U+FFFD, as does an unpaired
 * surrogate that is made well formed.
 */
export const NOT_UTF8 = "\udcff"

const WORDS = ["a", "b", "ab", "ba", "é", "日本", "😀", "e\u0301", "\u00a0", "\ufeff", "\u0000", "constructor"]
const SEPARATORS = [" ", " ", " ", "  ", "\t", "\f", "\r", " \t\r "]
const NEEDLES = ["a", "ab", "a b", "é", "日", "😀", " ", "\ud83d", "", "\r", "\n", "b\ra", "xxxx", "not there"]
/** Names of members, and those of them that are asked for: a record cannot have a property `__proto__`. */
const NAMES = ["a", "b", "é", "a b", "__proto__", "ab"]
const FIELDS = NAMES.filter((name) => name !== "__proto__")
const JSON_NUMBERS = ["1", "-0", "1.5e3", "12345678901234567890", "1e400"]
const JSON_TEXTS = ['"b"', '"é\\u00e9\\n\\"😀"', '"\\ud83d"', '"1"']
const JSON_VALUES = [...JSON_NUMBERS, ...JSON_TEXTS, "true", "null", "[]", '{"a":{"a":"}"}}', '["]", "\\\\"]']
const NO_OBJECTS = ["", "[]", "null", '"a"', "{", '{"a":1', '{"a":1}}', '{"a":1,}', "{'a':1}", "a b", '{"a":01}']

const pick = <T>(random: Random, from: readonly T[]): T => from[Math.floor(random() * from.length)]!

/** `invalidAt`: one line in so many is not UTF-8. */
export function drawLine(
  random: Random,
  text: NonNullable<SourceDescription["text"]>,
  invalidAt: number | undefined,
): string {
  const line = text === "words" ? drawWords(random) : drawObject(random)
  return invalidAt !== undefined && random() * invalidAt < 1 ? `${line}${NOT_UTF8}${pick(random, WORDS)}` : line
}

/** Words and what is between them, in any order, so that words also stand side by side and at the edges. */
function drawWords(random: Random): string {
  const part = (): string => {
    if (random() < 0.45) return pick(random, SEPARATORS)
    return random() < 0.04 ? pick(random, ["x", "ä"]).repeat(pick(random, [15, 16, 17, 33, 300])) : pick(random, WORDS)
  }
  return Array.from({ length: Math.floor(random() * 9) }, part).join("")
}

function drawObject(random: Random): string {
  if (random() < 0.15) return pick(random, NO_OBJECTS)
  const space = (): string => (random() < 0.2 ? pick(random, [" ", "\t", "  "]) : "")
  const name = (): string => (random() < 0.1 ? '"\\u0061"' : JSON.stringify(pick(random, NAMES)))
  const members = Array.from(
    { length: Math.floor(random() * 5) },
    () => `${space()}${name()}${space()}:${space()}${pick(random, JSON_VALUES)}`,
  )
  return `${space()}{${members.join(`${space()},`)}${space()}}${space()}`
}

/** A named function that this verb takes, if there is one. */
export function drawNamed(random: Random, verb: Verb): NamedDescription | undefined {
  switch (verb) {
    case "flatMap":
      return { name: "words" }
    case "filter":
      return { name: "grep", text: pick(random, NEEDLES) }
    case "map":
      return { name: "jsonFields", fields: FIELDS.filter((_, i) => i === 0 || random() < 0.4) }
    default:
      return undefined
  }
}
