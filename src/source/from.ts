/** Records from anything that can be iterated: a database cursor, a message client, a stream of Node's. */
import { messageOf, refuse } from "../base/errors.ts"
import type { Receiver } from "../stream/source.ts"
import { defineSource } from "./define-source.ts"
import { Iteration } from "./iteration.ts"
import type { Opened } from "./iteration.ts"
import { isLive, nameOfLive } from "./live.ts"
import type { SourceOf } from "./source-of.ts"
import { unlessStopped } from "./stopping.ts"

/** Opens what is iterated. `signal` aborts when the job stops; most of what Node opens takes such a signal. */
export type Open<T> = (signal: AbortSignal) => Opened<T> | PromiseLike<Opened<T>>

/**
 * A source of the values of what `open` gives: an iterable, an async iterable, or a promise of one. `open` is called
 * once, on the driver, when the job starts; the source ends when the iteration does. No value is asked for while there
 * is no room for it. When the job stops, the iterator's `return()` is called, and `destroy()` of a stream of Node's.
 *
 * A value that has been taken is lost if the driver dies before its step is done: an iterable cannot be read again.
 *
 * @example
 * ```ts
 * const ticks = readStream(from((signal) => setInterval(100, "tick", { signal })), "1s") // of node:timers/promises
 * ```
 * @throws MR_SOURCE_LIVE if it is given what is already open, instead of a function that opens it.
 * @throws MR_SOURCE_UNKNOWN if it is given something else that is not a function.
 * When `open` or the iteration throws, the job stops with MR_SOURCE_FAILED.
 */
export function from<T>(open: Open<T>): SourceOf<T> {
  if (isLive(open)) throw refuse("MR_SOURCE_LIVE", { got: nameOfLive(open) })
  if (typeof open !== "function") throw refuse("MR_SOURCE_UNKNOWN", { got: open })
  return defineSource<T>({
    description: "from()",
    open: (receiver) => receive(open, receiver),
  })
}

async function receive(open: Open<unknown>, receiver: Receiver): Promise<void> {
  if (receiver.signal.aborted) return
  // What the stop makes the user's code throw comes too late to be heard: nobody waits for its records any more.
  await unlessStopped(receiver.signal, handOver(open, receiver))
}

async function handOver(open: Open<unknown>, receiver: Receiver): Promise<void> {
  const { signal } = receiver
  const iteration = await userCode(receiver, async () => new Iteration(await open(signal)))
  const close = (): void => void userCode(receiver, () => iteration.close()).catch((e) => receiver.warn(messageOf(e)))
  signal.addEventListener("abort", close)
  try {
    if (signal.aborted) return
    receiver.ready()
    await handOverGroups(iteration, receiver)
  } finally {
    signal.removeEventListener("abort", close)
    close()
  }
}

async function handOverGroups(iteration: Iteration, receiver: Receiver): Promise<void> {
  for (;;) {
    const group = await userCode(receiver, () => iteration.nextGroup())
    if (group === undefined || receiver.signal.aborted) return
    receiver.values(group)
    await unlessStopped(receiver.signal, receiver.room())
  }
}

/** Runs code of the user's: what it throws is its source's failure, not ours. */
async function userCode<R>(receiver: Receiver, code: () => R | Promise<R>): Promise<R> {
  try {
    return await code()
  } catch (error) {
    throw refuse("MR_SOURCE_FAILED", { source: receiver.name, message: messageOf(error) }, error)
  }
}
