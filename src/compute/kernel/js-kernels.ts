import { JsDictionary } from "./js-dictionary.ts"
import { JsFields } from "./js-fields.ts"
import { JsGrep } from "./js-grep.ts"
import { countLines } from "./js-lines.ts"
import type { Kernels } from "./kernels.ts"

/** The form that runs everywhere. */
export const jsKernels: Kernels = {
  form: "js",
  countLines,
  newGrep: (needle) => new JsGrep(needle),
  newDictionary: (bytesMax) => new JsDictionary(bytesMax),
  newFields: (names) => new JsFields(names),
}
