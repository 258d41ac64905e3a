import { grep, jsonFields, lines, words } from "millrace"
import type { DStream } from "millrace"
import { check, type Equal } from "../equal.js"

declare const texts: DStream<string>
declare const pairs: DStream<[number, string]>
declare const fields: readonly ("a" | "b")[]
declare const someFields: string[]

const counted = texts.flatMap(words()).map((word) => [word, 1])
check<Equal<typeof counted, DStream<[string, number]>>>()
const cut = texts.flatMap(lines())
check<Equal<typeof cut, DStream<string>>>()
const found = texts.filter(grep("ERROR"))
check<Equal<typeof found, DStream<string>>>()
const picked = texts.map(jsonFields(["url", "ms"]))
check<Equal<typeof picked, DStream<{ url: unknown; ms: unknown }>>>()
const pickedKnown = texts.map(jsonFields(fields), { onError: "skip" })
check<Equal<typeof pickedKnown, DStream<{ a: unknown; b: unknown }>>>()
const pickedSome = texts.map(jsonFields(someFields))
check<Equal<typeof pickedSome, DStream<{ [x: string]: unknown }>>>()
const byLine = pairs.flatMapValues(words())
check<Equal<typeof byLine, DStream<[number, string]>>>()
const byField = pairs.mapValues(jsonFields(["url"]))
check<Equal<typeof byField, DStream<[number, { url: unknown }]>>>()
