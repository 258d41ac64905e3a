/** Waiting that ends when the job stops. */

/**
 * What `promise` gives, or undefined as soon as `signal` aborts. The listener is taken off again each time: a signal
 * lives as long as its job, and a source waits for millions of promises in that time.
 */
export async function unlessStopped<T>(signal: AbortSignal, promise: Promise<T>): Promise<T | undefined> {
  let stop!: () => void
  const stopped = new Promise<undefined>((resolve) => (stop = () => resolve(undefined)))
  signal.addEventListener("abort", stop)
  if (signal.aborted) stop()
  try {
    return await Promise.race([stopped, promise])
  } finally {
    signal.removeEventListener("abort", stop)
  }
}
