/**
 * Functions for verbs under a name: each does what a program's own function would do, by exactly the rule that stands
 * here. An engine may know such a function by its name and do the same on bytes; the function says what comes out.
 */
import { refuse } from "../base/errors.ts"
import { showValue } from "../base/show-value.ts"
import { named } from "../stream/named.ts"

/** White space is that of Java's `StringTokenizer`, by which words are usually counted. */
const WORD = /[^ \t\n\r\f]+/g
const LINE_END = /\r?\n/

/**
 * The words of a line, for `flatMap`: what stands between spaces, tabs, line ends (`\n`, `\r`) and form feeds. Several of
 * these are as good as one, and there is no empty word. Other characters belong to words, commas and no-break spaces too.
 *
 * Paper 6, WordCount.
 *
 * ```ts
 * lines.flatMap(words())
 * // "to be,  or" gives "to", "be,", "or"; "" and " " give none
 * ```
 */
export const words = (): ((line: string) => string[]) => wordsOf
const wordsOf = named(
  { name: "words" },
  Object.freeze((line: string): string[] => line.match(WORD) ?? []),
)

/**
 * The lines of a text, for `flatMap`: what is ended by `\n` or `\r\n`, without that end. The last line needs no end. Empty
 * lines are lines; a `\r` elsewhere is a character like others.
 *
 * ```ts
 * texts.flatMap(lines())
 * // "a\r\n\nb" gives "a", "", "b"; "a\n" gives "a"; "" gives none
 * ```
 */
export const lines = (): ((text: string) => string[]) => linesOf
const linesOf = Object.freeze((text: string): string[] => {
  const parts = text.split(LINE_END)
  if (parts.at(-1) === "") parts.pop()
  return parts
})

/**
 * Whether a line contains `text`, for `filter`: the same characters in the same order, upper and lower case told apart.
 * It is no pattern; every line contains "".
 *
 * Paper 6, Grep.
 * @throws MR_OPTION_INVALID if `text` is no text.
 *
 * ```ts
 * lines.filter(grep("ERROR")).count()
 * // step 1 has "ERROR 1", "error 2": 1
 * ```
 */
export function grep(text: string): (line: string) => boolean {
  if (typeof text !== "string") throw invalid("grep()", "text", "a text", text)
  return named(
    { name: "grep", text },
    Object.freeze((line: string) => line.includes(text)),
  )
}

/**
 * Some fields of a line that is a JSON object, for `map`: an object of just these, in this order. A field that the line
 * lacks is there as `undefined`; of one that it has twice the last counts. Types are not checked, so each is `unknown`.
 *
 * The function throws at a line that is no JSON or no object, so that the verb's `onError` decides.
 * @throws MR_OPTION_INVALID if `fields` is no list of different texts, or empty.
 *
 * ```ts
 * const views = lines.map(jsonFields(["url", "ms"]))     // DStream<{ url: unknown; ms: unknown }>
 * // '{"ms":20,"url":"/a","user":"ann"}' gives { url: "/a", ms: 20 }; '{"url":"/a"}' gives { url: "/a", ms: undefined }
 * ```
 */
export function jsonFields<const F extends readonly string[]>(
  fields: F,
): (line: string) => { [K in F[number]]: unknown } {
  if (!Array.isArray(fields) || !isListOfNames(fields))
    throw invalid("jsonFields()", "fields", "a list of different names, at least one", fields)
  const names: readonly F[number][] = [...fields]
  return named(
    { name: "jsonFields", fields: names },
    Object.freeze((line: string) => {
      const value: unknown = JSON.parse(line)
      if (typeof value !== "object" || value === null || Array.isArray(value))
        throw new TypeError(`expected a JSON object, but got ${showValue(value)}`)
      const found = new Map(Object.entries(value))
      // Made by defining, not by setting: a field may be called "__proto__".
      return Object.fromEntries(names.map((name) => [name, found.get(name)])) as { [K in F[number]]: unknown }
    }),
  )
}

function isListOfNames(fields: readonly unknown[]): boolean {
  return (
    fields.length > 0 && fields.every((field) => typeof field === "string") && new Set(fields).size === fields.length
  )
}

const invalid = (where: string, option: string, expected: string, got: unknown): Error =>
  refuse("MR_OPTION_INVALID", { where, option, expected, got })
