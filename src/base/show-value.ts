/** How a value looks in a message to a person: one line, cut to `charsMax` characters. */
import { inspect } from "node:util"

export function showValue(value: unknown, charsMax: number = 200): string {
  const text =
    typeof value === "string"
      ? JSON.stringify(value)
      : inspect(value, { depth: 3, breakLength: Infinity, maxArrayLength: 20, maxStringLength: charsMax })
  return text.length <= charsMax ? text : `${text.slice(0, charsMax)}… (${text.length} characters)`
}
