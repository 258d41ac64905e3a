/** A piece of a program beside what it gives: for tests that say both in a few lines. */
import type { DStream, InputStream, Streams } from "millrace"
import type { Batches, Rows } from "millrace/testing"
import { runBatches } from "millrace/testing"

/**
 * Runs a piece of a program over batches, steps of one second, and requires these rows, step by step. In one partition,
 * so that there is one order.
 */
export async function gives<T, U>(
  batches: Batches<T>,
  program: (stream: InputStream<T>, streams: Streams) => DStream<U>,
  expected: NoInfer<Rows<U>>,
): Promise<void> {
  await runBatches<T, DStream<U>>({ batches, program, expected, partitions: 1 })
}

/** The same of two streams. */
export async function giveTogether<L, R, U>(
  left: Batches<L>,
  right: Batches<R>,
  program: (left: InputStream<L>, right: InputStream<R>) => DStream<U>,
  expected: NoInfer<Rows<U>>,
): Promise<void> {
  await runBatches<{ left: L; right: R }, DStream<U>>({
    batches: { left, right },
    program: (streams) => program(streams.left, streams.right),
    expected,
    partitions: 1,
  })
}

export const pair = <K, V>(key: K, value: V): [K, V] => [key, value]

export const add = (a: number, b: number): number => a + b
export const subtract = (sum: number, leaving: number): number => sum - leaving
