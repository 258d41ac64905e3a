/** Calls the loader of a table. */
import { messageOf, MillraceError, refuse } from "../base/errors.ts"
import { showValue } from "../base/show-value.ts"
import type { TableNode } from "../stream/node.ts"

/** All rows that it gives, in its order. @throws MR_TABLE_FAILED */
export async function loadRows({ name, load }: TableNode, params: unknown): Promise<readonly unknown[]> {
  let given: unknown
  try {
    given = await load(params as never)
    if (typeof given === "object" && given !== null && Symbol.asyncIterator in given) {
      const rows: unknown[] = []
      for await (const row of given as AsyncIterable<unknown>) rows.push(row)
      return rows
    }
    if (typeof given === "object" && given !== null && Symbol.iterator in given)
      return [...(given as Iterable<unknown>)]
  } catch (error) {
    throw error instanceof MillraceError
      ? error
      : refuse("MR_TABLE_FAILED", { table: name, message: messageOf(error) }, error)
  }
  throw refuse("MR_TABLE_FAILED", {
    table: name,
    message: `it must give an array of rows, but gave ${showValue(given)}`,
  })
}
