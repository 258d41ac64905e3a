/** A source that looks again and again, on a clock that the test moves. */
import { expect, onTestFinished } from "vitest"
import type { ReceiveSource } from "#src/stream/source.js"
import { RecordingReceiver } from "millrace/testing"
import type { ReceiverSettings } from "millrace/testing"

export class Watching extends RecordingReceiver {
  #open: Promise<void> = Promise.resolve()

  /** Opens a source; resolves when it has looked for the first time. */
  static async over(source: ReceiveSource, settings: ReceiverSettings = {}): Promise<Watching> {
    const watching = new Watching({ ...settings, holdsTime: true })
    onTestFinished(() => watching.end())
    watching.#open = source.open(watching)
    await watching.#until(1)
    return watching
  }

  /** Time passes, and the source looks again. */
  async look(): Promise<void> {
    const looks = this.count("wait")
    this.passTime()
    await this.#until(looks + 1)
  }

  async end(): Promise<void> {
    this.stop()
    await this.#open
    expect(this.faults).toEqual([])
  }

  /** Until it has looked so many times; if it fails before, that is thrown. */
  async #until(looks: number): Promise<void> {
    await Promise.race([this.until(() => this.count("wait") === looks), this.#open])
  }
}
