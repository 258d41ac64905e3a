/** A job's parameters: checked once, on the driver, before the graph is built. */
import type { StandardSchemaV1 } from "@standard-schema/spec"
import { refuse } from "../base/errors.ts"
import { checkSchema } from "../base/schema.ts"
import { requirePlainData } from "../base/values.ts"

/** @throws MR_PARAMS_INVALID, MR_PARAMS_UNDECLARED, MR_SCHEMA_ASYNC, MR_VALUE_REFUSED */
export function checkParams(job: string, schema: StandardSchemaV1 | undefined, given: unknown): unknown {
  if (schema === undefined) {
    if (given === undefined) return undefined
    throw refuse("MR_PARAMS_UNDECLARED", {
      job,
      given: typeof given === "object" && given !== null ? Object.keys(given) : [String(given)],
    })
  }
  const checked = checkSchema(schema, given ?? {}, `the params of job "${job}"`)
  if ("issues" in checked) throw refuse("MR_PARAMS_INVALID", { job, issues: checked.issues })
  requirePlainData([checked.value], `the parameters of job "${job}"`)
  return checked.value
}
