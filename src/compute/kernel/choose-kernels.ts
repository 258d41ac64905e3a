import { messageOf, refuse } from "../../base/errors.ts"
import { jsKernels } from "./js-kernels.ts"
import type { Kernels } from "./kernels.ts"
import { makeWasmKernels } from "./wasm-kernels.ts"

const VARIABLE = "MILLRACE_KERNELS"

type Environment = Readonly<Record<string, string | undefined>>

/**
 * Which kernels the environment asks for, if it does; none are made for this.
 * @throws MR_OPTION_INVALID if it asks for some that there are not
 */
export function kernelsAsked({ [VARIABLE]: asked }: Environment): Kernels["form"] | undefined {
  if (asked === undefined || asked === "js" || asked === "wasm") return asked
  throw invalid('"js" or "wasm", or not to be set', asked)
}

/**
 * The kernels to use: those of WebAssembly, if this machine has its SIMD and they agree with those of JavaScript on a
 * sample; else those of JavaScript. `MILLRACE_KERNELS` in the environment, `js` or `wasm`, says which instead.
 * @throws MR_OPTION_INVALID if the variable is anything else, or is `wasm` where that does not run.
 */
export function chooseKernels(environment: Environment): Kernels {
  const asked = kernelsAsked(environment)
  if (asked === "js") return jsKernels
  const fit = wasmIfFit(makeWasmKernels)
  if (typeof fit !== "string") return fit
  if (asked === "wasm") throw invalid(`"js" or not to be set, as ${fit}`, asked)
  return jsKernels
}

/** The kernels made, or why they are not to be used. */
export function wasmIfFit(make: () => Kernels | undefined): Kernels | string {
  try {
    const kernels = make()
    if (kernels === undefined) return "WebAssembly has no SIMD here"
    return sampleOf(kernels) === sampleOf(jsKernels) ? kernels : "WebAssembly gives other results than JavaScript here"
  } catch (error) {
    // Whatever it is, such as too little address space: a machine where it does not run has the other form.
    return `WebAssembly does not run here (${messageOf(error)})`
  }
}

const SAMPLE = Buffer.from(
  '{"user":"ann","ms":-1.5e3,"ok":true}\r\n to be,\tor not  to\fbe: ünïcödé 😀 a-word-of-more-than-sixteen-bytes\n\n' +
    '{"ms":1700000000000,"user":"bob","user":null}\n{"ms":01}\na-word-of-more-than-sixteen-bytes to {"user":"\\n"} be',
)

/** What kernels make of the sample, by every one of them. */
function sampleOf(kernels: Kernels): string {
  const grep = kernels.newGrep(Buffer.from("to"))
  const found: number[] = []
  grep.begin(SAMPLE)
  while (grep.next()) found.push(grep.start, grep.end)
  const dictionary = kernels.newDictionary(16_384)
  dictionary.count(SAMPLE, 0)
  const words = [...dictionary.counted].map((id) => [dictionary.string(id), dictionary.countOf(id)])
  const fields = kernels.newFields(["user", "ms"])
  const rows = new Int32Array(8 * fields.rowLength)
  fields.project(SAMPLE, 0, rows)
  return JSON.stringify([kernels.countLines(SAMPLE), found, words, [...rows]])
}

const invalid = (expected: string, got: string): Error =>
  refuse("MR_OPTION_INVALID", { where: "the environment", option: VARIABLE, expected, got })
