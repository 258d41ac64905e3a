/** A source that the test itself feeds: what it hands over comes in, when it says so. */
import { Intake } from "#src/driver/intake.js"
import type { IntakeHooks } from "#src/driver/intake.js"
import type { Block } from "#src/block/block.js"
import { sourceOf } from "#src/source/source-of.js"
import type { InputNode } from "#src/stream/node.js"
import type { Receiver } from "#src/stream/source.js"
import type { Clock } from "#src/base/clock.js"
import { planOf } from "../plan-of.ts"

export interface OpenSource {
  readonly intake: Intake
  /** What the source's code holds in its hands. */
  readonly receiver: Receiver
  /** Chunks kept so far, by number. */
  readonly chunks: readonly Block[]
  readonly warnings: readonly string[]
  readonly failures: readonly Error[]
  /** The source has no more. */
  end(): void
  fail(error: unknown): void
}

export function openSource(
  clock: Clock,
  options: Record<string, unknown> = {},
  partitions = 2,
  hooks: Partial<IntakeHooks> = {},
): OpenSource {
  let receiver!: Receiver
  let end!: () => void
  let fail!: (error: unknown) => void
  const source = sourceOf<unknown>({
    kind: "receive",
    description: "of the test",
    open(given) {
      receiver = given
      return new Promise((resolve, reject) => ((end = resolve), (fail = reject)))
    },
  })
  const plan = planOf(({ readStream }) => readStream(source, { name: "views", ...options }).print())
  const chunks: Block[] = []
  const warnings: string[] = []
  const failures: Error[] = []
  const intake = new Intake(plan.graph.nodes[0] as InputNode, partitions, {
    clock,
    keep: (block) => chunks.push(block) - 1,
    warn: (message) => void warnings.push(message),
    ended: () => undefined,
    failed: (error) => void failures.push(error),
    ...hooks,
  })
  intake.open().catch(() => undefined)
  return { intake, receiver, chunks, warnings, failures, end, fail }
}
