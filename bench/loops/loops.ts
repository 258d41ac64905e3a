/** Which loop stands beside which program. */
import { sharedInput } from "../input/shared.ts"
import { PATTERN, WINDOW_STEPS } from "../workload.ts"
import { PlainGrep, TunedGrep } from "./grep.ts"
import type { Loop } from "./loop.ts"
import { StageLoop } from "./stage.ts"
import { PlainWords, TunedWords } from "./words.ts"
import { PlainViews, TunedViews } from "./ysb.ts"

export function loopOf(program: string, form: string, eventsAMs: number): Loop {
  const isPlain = form === "plain"
  const words = (length: number, top: number): Loop =>
    isPlain ? new PlainWords(sharedInput(), { length, top }) : new TunedWords(sharedInput(), { length, top })
  switch (program) {
    case "grep":
      return isPlain ? new PlainGrep(sharedInput(), PATTERN) : new TunedGrep(sharedInput(), PATTERN)
    case "wordcount":
      return words(WINDOW_STEPS, 0)
    case "wordcount1":
      return words(1, 0)
    case "topk":
      return words(WINDOW_STEPS, 10)
    case "ysb":
      return isPlain ? new PlainViews(eventsAMs) : new TunedViews(eventsAMs)
    case "stage":
      return new StageLoop(form)
    default:
      throw new Error(`there is no hand-written loop beside ${program}`)
  }
}
