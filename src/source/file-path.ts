/** Which strings and URLs name a file or a folder. Looks at no file: a program is declared the same everywhere. */
import { fileURLToPath } from "node:url"
import { hasKnownExtension } from "./file-format.ts"

/**
 * The path that `from` is, or undefined if it is none, as far as can be told: a `file:` URL, or a string that is no other
 * URL and begins with ".", has a separator in it, or ends in an extension that can be read.
 */
export function filePathOf(from: unknown): string | undefined {
  const path = pathOf(from)
  if (path === undefined || from instanceof URL) return path
  return path.startsWith(".") || /[/\\]/.test(path) || hasKnownExtension(path) ? path : undefined
}

/** The path that is meant where nothing but a path can be: a `file:` URL, or a string that is no other URL. */
export function pathOf(from: unknown): string | undefined {
  const text = from instanceof URL ? from.href : from
  if (typeof text !== "string" || text === "") return undefined
  const scheme = URL.canParse(text) ? new URL(text).protocol : ""
  if (scheme === "file:") return pathOfUrl(text)
  return scheme.length > "C:".length ? undefined : text
}

/** A `file:` URL of another host, or with a separator in a name, is no path. */
function pathOfUrl(url: string): string | undefined {
  try {
    return fileURLToPath(url)
  } catch {
    return undefined
  }
}
