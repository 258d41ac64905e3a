/** Sources that the test itself feeds: what it hands over comes in, when it says so. */
import type { SourceOf } from "millrace"
import { defineSource } from "millrace"
import { Intake } from "#src/driver/intake.js"
import type { IntakeHooks } from "#src/driver/intake.js"
import type { Block } from "#src/block/block.js"
import type { InputNode } from "#src/stream/node.js"
import type { Receiver } from "#src/stream/source.js"
import type { Clock } from "#src/base/clock.js"
import { planOf } from "../plan-of.ts"

export interface Several {
  readonly intake: Intake
  /** What each source's code holds in its hands. */
  readonly receivers: readonly Receiver[]
  /** Chunks kept so far, by number. */
  readonly chunks: readonly Block[]
  readonly warnings: readonly string[]
  readonly failures: readonly Error[]
  /** What opening them came to. */
  readonly open: Promise<void>
  /** By source: it has no more. */
  readonly ends: readonly (() => void)[]
  readonly fails: readonly ((error: unknown) => void)[]
}

export interface OpenSource extends Pick<Several, "intake" | "chunks" | "warnings" | "failures"> {
  readonly receiver: Receiver
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
  const { receivers, ends, fails, open, ...opened } = openSeveral(1, options, partitions, { clock, ...hooks })
  open.catch(() => undefined) // what comes of it is seen in its failures
  return { ...opened, receiver: receivers[0]!, end: ends[0]!, fail: fails[0]! }
}

export function openSeveral(
  count: number,
  options: Record<string, unknown>,
  partitions: number,
  hooks: Pick<IntakeHooks, "clock"> & Partial<IntakeHooks>,
): Several {
  const receivers: Receiver[] = []
  const ends: (() => void)[] = []
  const fails: ((error: unknown) => void)[] = []
  const sources = Array.from({ length: count }, (): SourceOf<unknown> =>
    defineSource({
      description: "of the test",
      open(receiver) {
        receivers.push(receiver)
        return new Promise((resolve, reject) => (ends.push(resolve), fails.push(reject)))
      },
    }),
  )
  const plan = planOf(({ readStream }) =>
    readStream(count === 1 ? sources[0]! : sources, { name: "views", ...options }).print(),
  )
  const chunks: Block[] = []
  const warnings: string[] = []
  const failures: Error[] = []
  const intake = new Intake(plan.graph.nodes[0] as InputNode, partitions, {
    keep: (block) => chunks.push(block) - 1,
    commit: async (close) => close(),
    warn: (source, message) => void warnings.push(`${source}: ${message}`),
    ended: () => undefined,
    failed: (error) => void failures.push(error),
    ...hooks,
  })
  return { intake, receivers, chunks, warnings, failures, open: intake.open(), ends, fails }
}
