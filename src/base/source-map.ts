/** Positions in a bundle, said as positions in the files it was made from. */
import { SourceMap } from "node:module"
import type { SourceMapPayload } from "node:module"
import { dirname, resolve } from "node:path"
import { pathToFileURL } from "node:url"

export class BundlePositions {
  readonly #map: SourceMap
  readonly #bundle: string
  readonly #places: RegExp
  readonly #imports: Readonly<Record<string, string>>

  /**
   * `bundle` is the path of the bundle; the map's sources are relative to its folder. `imports` gives the names that the
   * program has for what the bundle imports by another.
   */
  constructor(bundle: string, payload: SourceMapPayload, imports: Readonly<Record<string, string>>) {
    this.#bundle = bundle
    this.#imports = imports
    this.#map = new SourceMap(payload)
    const names = [pathToFileURL(bundle).href, bundle].map((name) => name.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"))
    this.#places = new RegExp(`(?:${names.join("|")})(?:\\?[^:\\s)]*)?:(\\d+):(\\d+)`, "g")
  }

  /** A text with every place in the bundle, and every import of it, that it names put in terms of the original files. */
  original(text: string): string {
    const named = Object.entries(this.#imports).reduce(
      (said, [to, from]) => said.replaceAll(`'${to}'`, `'${from}'`),
      text,
    )
    return named.replace(
      this.#places,
      (place: string, line: string, column: string) => this.placeOf(Number(line), Number(column)) ?? place,
    )
  }

  /** A position in the bundle, both counted from 1, as a place in the original files; undefined if it has none. */
  placeOf(line: number, column: number): string | undefined {
    const entry = this.#map.findEntry(line - 1, column - 1)
    if (!("originalSource" in entry)) return undefined
    const file = resolve(dirname(this.#bundle), entry.originalSource)
    return `${file}:${entry.originalLine + 1}:${entry.originalColumn + 1}`
  }

  /** The same for an error's message and stack and those of its cause; changes the error and gives it back. */
  originalError(thrown: unknown): unknown {
    if (!(thrown instanceof Error)) return thrown
    const { message, stack } = thrown
    thrown.message = this.original(message)
    if (stack !== undefined) thrown.stack = this.original(stack)
    if (thrown.cause !== undefined) this.originalError(thrown.cause)
    return thrown
  }
}
