/** The plan of a program written in a test. */
import type { JobOptions, Streams } from "millrace"
import { job } from "millrace"
import type { JobDefinition } from "#src/stream/job-definition.js"
import type { Plan } from "#src/plan/plan.js"
import { planOf as plan } from "#src/plan/plan.js"

export function planOf(builder: (streams: Streams) => void, options: Partial<JobOptions> = {}): Plan {
  const declared = job({ name: "test", interval: "1s", partitions: 2, ...options } as JobOptions, builder as never)
  const definition = declared as unknown as JobDefinition
  return plan(definition.graph({ params: undefined, intervalMs: undefined, partitions: undefined }))
}
