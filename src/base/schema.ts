/** Checking a value against a Standard Schema, and saying in one line what is wrong with it. */
import type { StandardSchemaV1 } from "@standard-schema/spec"
import { refuse } from "./errors.ts"

export type Checked = { readonly value: unknown } | { readonly issues: readonly string[] }

/** `where` is what the error calls the schema. @throws MR_SCHEMA_ASYNC */
export function checkSchema(schema: StandardSchemaV1, value: unknown, where: string): Checked {
  const result = schema["~standard"].validate(value)
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
