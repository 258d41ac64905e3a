/** The command line's options as `start()` takes them. */
import type { StartOptions } from "../api/running.ts"
import { parseDuration } from "../base/duration.ts"
import type { Duration } from "../base/duration.ts"
import { refuse } from "../base/errors.ts"
import { optionTable } from "../base/options.ts"

/** As the command line has them: texts, and nothing for what was left out. */
export interface OptionTexts {
  readonly engine?: string
  readonly workers?: string
  readonly partitions?: string
  readonly interval?: string
  readonly for?: string
  readonly steps?: string
  readonly checkpoint?: string
  readonly checkpointEvery?: string
  readonly param?: readonly string[]
}

/** @throws MR_OPTION_INVALID, MR_DURATION_INVALID, MR_USAGE */
export function startOptionsOf(command: string, texts: OptionTexts): StartOptions {
  return {
    engine: checked(command, "engine", texts.engine) as StartOptions["engine"],
    workers: numberOf(command, "workers", texts.workers),
    partitions: numberOf(command, "partitions", texts.partitions),
    steps: numberOf(command, "steps", texts.steps),
    interval: durationOf("interval", texts.interval),
    for: durationOf("for", texts.for),
    checkpointEvery: durationOf("checkpoint-every", texts.checkpointEvery),
    checkpoint: checked(command, "checkpoint", texts.checkpoint) as string | undefined,
    params: texts.param === undefined ? undefined : paramsOf(texts.param),
  }
}

function checked(command: string, option: string, value: unknown, text: unknown = value): unknown {
  const { valid, expected } = optionTable["start()"]![option]!
  if (value === undefined || valid(value)) return value
  throw refuse("MR_OPTION_INVALID", { where: command, option: `--${option}`, expected, got: text })
}

function numberOf(command: string, option: string, text: string | undefined): number | undefined {
  // Number() takes more than a person means by a number: "", "0x10", "1e3".
  const value = text === undefined || /^\d+$/.test(text) ? text : NaN
  return checked(command, option, value === undefined ? undefined : Number(value), text) as number | undefined
}

function durationOf(option: string, text: string | undefined): Duration | undefined {
  if (text !== undefined) parseDuration(text, `--${option}`)
  return text as Duration | undefined
}

/** `key=value` each. A value that is valid JSON is taken as JSON, any other as the text that it is. */
function paramsOf(texts: readonly string[]): Record<string, unknown> {
  const params = new Map<string, unknown>()
  for (const text of texts) {
    const [key, value] = splitAt(text, text.indexOf("="))
    if (params.has(key)) throw usage(`--param ${key} is given twice.`, "Give each parameter once; a list as JSON.")
    params.set(key, jsonOr(value))
  }
  return Object.fromEntries(params)
}

function splitAt(text: string, at: number): [string, string] {
  if (at > 0) return [text.slice(0, at), text.slice(at + 1)]
  throw usage(`--param expects key=value, but got "${text}".`, "For example: --param url=http://localhost:8080/views")
}

function jsonOr(text: string): unknown {
  try {
    return JSON.parse(text) as unknown
  } catch {
    return text
  }
}

const usage = (problem: string, hint: string): Error => refuse("MR_USAGE", { problem, hint })
