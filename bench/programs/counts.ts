/** How often each word comes in a step, in the three ways to write it. */
import type { DStream } from "millrace"
import { words } from "millrace"

export type TextForm = "closures" | "reader" | "named"
export const TEXT_FORMS = ["closures", "reader", "named"] as const

/** One for each word. */
export const ones = (text: DStream<string>, form: "closures" | "reader"): DStream<[string, number]> =>
  form === "closures"
    ? text.flatMap((line) => line.split(" ")).map((word) => [word, 1])
    : text.flatMap(words()).map((word) => [word, 1])

/** Counts of the words: of each single one, or, all named, of each step. */
export const countsOf = (text: DStream<string>, form: TextForm): DStream<[string, number]> =>
  form === "named" ? text.flatMap(words()).countByValue() : ones(text, form)
