/** Checking a value against a Standard Schema, and saying in one line what is wrong with it. */
import type { StandardSchemaV1 } from "@standard-schema/spec"
import { messageOf, refuse } from "./errors.ts"

export type Checked = { readonly value: unknown } | { readonly issues: readonly string[] }

/** A schema that throws does not match. `where` is what the error calls the schema. @throws MR_SCHEMA_ASYNC */
export function checkSchema(schema: StandardSchemaV1, value: unknown, where: string): Checked {
  let result: ReturnType<StandardSchemaV1["~standard"]["validate"]>
  try {
    result = schema["~standard"].validate(value)
  } catch (error) {
    return { issues: [`its schema threw: ${messageOf(error)}`] }
  }
  if (result instanceof Promise) {
    result.catch(() => undefined) // its outcome does not matter any more
    throw refuse("MR_SCHEMA_ASYNC", { where })
  }
  return result.issues === undefined ? { value: result.value } : { issues: result.issues.map(showIssue) }
}

function showIssue({ path, message }: StandardSchemaV1.Issue): string {
  const place = (path ?? []).map((part) => String(typeof part === "object" ? part.key : part)).join(".")
  return place === "" ? message : `${place}: ${message}`
}
