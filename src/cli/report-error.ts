/** What went wrong, for people: one sentence; of a function of the program's also where in the program it was. */
import { programFrames } from "../base/call-site.ts"
import { messageOf, MillraceError } from "../base/errors.ts"
import { ownPackage } from "./own-package.ts"

export function errorText(thrown: unknown): string {
  if (!(thrown instanceof MillraceError)) return bugText(thrown)
  const { cause } = thrown
  const frames = cause instanceof Error ? programFrames(cause.stack ?? "") : []
  return [`millrace: ${thrown.message}`, ...frames].join("\n")
}

/** Whatever is not a MillraceError was not foreseen: the program's own errors are all wrapped in one. */
function bugText(thrown: unknown): string {
  const where = `millrace ${ownPackage.version}, Node.js ${process.version}, ${process.platform} ${process.arch}`
  return [
    `millrace: this is a bug in Millrace, not in your program: ${messageOf(thrown)}`,
    thrown instanceof Error ? (thrown.stack ?? "") : "",
    `Please report it with these lines and, if you can, the program: ${where}.`,
  ].join("\n")
}
