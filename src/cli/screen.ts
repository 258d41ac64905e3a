/**
 * The command's way out: data to the standard output, everything else to standard error.
 *
 * On a terminal standard error has one live line at its end, rewritten in place. Whatever else is written, to either,
 * goes before it, so that the two never garble each other.
 */
import picocolors from "picocolors"

const CLEAR_LINE = "\r\u001b[2K"

export class Screen {
  /** Paint nothing where nobody sees colours, or wants to. */
  readonly colors: ReturnType<typeof picocolors.createColors>
  /** Standard error is a terminal: it can have a live line. */
  readonly hasLive: boolean
  readonly #out: NodeJS.WriteStream
  readonly #err: NodeJS.WriteStream
  #live = ""

  constructor(out: NodeJS.WriteStream, err: NodeJS.WriteStream, env: NodeJS.ProcessEnv) {
    this.#out = out
    this.#err = err
    // Not `true` but undefined where it is none, which would leave the choice of colours to the environment.
    this.hasLive = err.isTTY === true && env["TERM"] !== "dumb"
    this.colors = picocolors.createColors(this.hasLive && (env["NO_COLOR"] ?? "") === "")
    // Whoever read it may be gone. Of the standard output `print` tells that; of standard error nobody could be told.
    out.on("error", () => undefined)
    err.on("error", () => undefined)
  }

  /** Writes data. Resolves when there is room for more: to false if nobody reads it any more. */
  print(text: string): Promise<boolean> {
    return new Promise((resolve, reject) => {
      if (this.#out.isTTY) this.#hideLive()
      this.#out.write(text, (error) => {
        if (error == null) resolve(true)
        else if (hasGone(error)) resolve(false)
        else reject(error)
      })
      if (this.#out.isTTY) this.#showLive()
    })
  }

  /** Writes a line, or several, for people. */
  line(text: string): void {
    this.#hideLive()
    this.#err.write(`${text}\n`)
    this.#showLive()
  }

  /** Puts this in place of the live line. Only where there is one. */
  live(text: string): void {
    this.#hideLive()
    this.#live = text
    this.#showLive()
  }

  /** Resolves when all that was written has gone out. */
  async flush(): Promise<void> {
    const gone = (stream: NodeJS.WriteStream): Promise<void> =>
      new Promise((resolve) => {
        if (stream.destroyed) resolve()
        else stream.write("", () => resolve())
      })
    await Promise.all([gone(this.#out), gone(this.#err)])
  }

  #hideLive(): void {
    if (this.#live !== "") this.#err.write(CLEAR_LINE)
  }

  /** A line that is wider than the terminal would wrap, and could not be cleared. */
  #showLive(): void {
    if (this.#live !== "") this.#err.write(this.colors.dim(this.#live.slice(0, (this.#err.columns || 80) - 1)))
  }
}

const hasGone = (error: NodeJS.ErrnoException): boolean =>
  error.code === "EPIPE" || error.code === "ERR_STREAM_DESTROYED"
