/** Which loop stands beside which program. */
import type { Input } from "../input/shared.ts"
import { PATTERN } from "../pattern.ts"
import { PlainGrep, TunedGrep } from "./grep.ts"
import type { Loop } from "./loop.ts"
import { PlainWords, TunedWords } from "./words.ts"

export function loopOf(program: string, variant: "plain" | "tuned", input: Input): Loop {
  const isPlain = variant === "plain"
  const words = (length: number, top: number): Loop =>
    isPlain ? new PlainWords(input, { length, top }) : new TunedWords(input, { length, top })
  switch (program) {
    case "grep":
      return isPlain ? new PlainGrep(input, PATTERN) : new TunedGrep(input, PATTERN)
    case "wordcount":
      return words(30, 0)
    case "wordcount1":
      return words(1, 0)
    case "topk":
      return words(30, 10)
    default:
      throw new Error(`there is no hand-written loop beside ${program}`)
  }
}
