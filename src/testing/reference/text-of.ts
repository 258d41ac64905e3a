/** Values as texts, to tell whether two are the same. */
import { settled } from "./settled.ts"

type Entries = (value: object) => readonly (readonly [string, unknown])[]

/** Text that two values share exactly when they are the same, kinds, −0 and unpaired surrogates told apart. */
export function textOf(value: unknown, entriesOf: Entries = Object.entries): string {
  if (typeof value === "string") return JSON.stringify(value)
  if (typeof value === "bigint") return `${value}n`
  if (typeof value !== "object" || value === null) return Object.is(value, -0) ? "-0" : String(value)
  const textOfItem = (item: unknown): string => textOf(item, entriesOf)
  if (Array.isArray(value)) return `[${value.map(textOfItem).join()}]`
  if (value instanceof Date) return `Date(${value.getTime()})`
  if (value instanceof Map || value instanceof Set || ArrayBuffer.isView(value)) {
    return `${value.constructor.name}[${Array.from(value as unknown as Iterable<unknown>, textOfItem).join()}]`
  }
  return `{${entriesOf(value).map(([key, item]) => `${JSON.stringify(key)}:${textOfItem(item)}`)}}`
}

/** Text that two keys share exactly when they are the same key: the order of an object's properties does not count. */
export const keyTextOf = (key: unknown): string =>
  textOf(settled(key), (value) => Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
