/** Where in the user's program a verb was called: the first stack frame outside this package. */
import { fileURLToPath } from "node:url"

/** A place in a source file; line and column count from 1. `file` is a path, or a URL for what has none. */
export interface SourcePosition {
  readonly file: string
  readonly line: number
  readonly column: number
}

/** Where this package's code lies, and where its source maps say it lies: who runs the program may follow them. */
const ownDirectories = ["../", "../../src/"].map((directory) => fileURLToPath(new URL(directory, import.meta.url)))

export function callSite(): SourcePosition | undefined {
  const limit = Error.stackTraceLimit
  Error.stackTraceLimit = 12
  const stack = new Error().stack ?? ""
  Error.stackTraceLimit = limit
  return programPosition(stack)
}

/** The innermost place of a stack that lies in the program: neither in this package nor in Node. */
export function programPosition(stack: string): SourcePosition | undefined {
  return stackPositions(stack).find(isOfProgram)
}

/** The lines of a stack that name places in the program. */
export function programFrames(stack: string): string[] {
  return stack.split("\n").filter((line) => stackPositions(line).some(isOfProgram))
}

/** Whether a stack comes from code of this package: Node's own functions aside, that is what threw. */
export function isThrownHere(stack: string): boolean {
  const thrower = stackPositions(stack).find(({ file }) => !file.startsWith("node:"))
  return thrower !== undefined && !isOfProgram(thrower)
}

function isOfProgram({ file }: SourcePosition): boolean {
  return !ownDirectories.some((directory) => file.startsWith(directory)) && !file.startsWith("node:")
}

/** The positions a stack names, innermost first. */
export function stackPositions(stack: string): SourcePosition[] {
  const positions: SourcePosition[] = []
  for (const line of stack.split("\n")) {
    const match = /(?:\(|at |async )((?:file:\/\/|\/|[A-Za-z]:[\\/]|node:|data:)[^()]*?):(\d+):(\d+)\)?$/.exec(line)
    if (match) positions.push({ file: asPath(match[1]!), line: Number(match[2]), column: Number(match[3]) })
  }
  return positions
}

export function showPosition(position: SourcePosition | undefined): string {
  return position === undefined ? "an unknown place" : `${position.file}:${position.line}:${position.column}`
}

function asPath(file: string): string {
  if (!file.startsWith("file://")) return file
  const url = new URL(file)
  return fileURLToPath(new URL(url.pathname, "file:///"))
}
