// What JSON.parse gives is not taken for a promise, and spoils nothing.
import type { DStream } from "millrace"
import { check, type Equal } from "../equal.js"

declare const lines: DStream<string>

const parsed = lines.map((line) => JSON.parse(line))
check<Equal<typeof parsed, DStream<any>>>()
const pairOfAny = lines.map((line) => [JSON.parse(line).url, 1])
check<Equal<typeof pairOfAny, DStream<[any, number]>>>()
const pairOfAnys = lines.map((line) => [JSON.parse(line), JSON.parse(line)])
check<Equal<typeof pairOfAnys, DStream<[any, any]>>>()
const unknowns = lines.map((line) => JSON.parse(line) as unknown)
check<Equal<typeof unknowns, DStream<unknown>>>()
const flat = lines.flatMap((line) => JSON.parse(line))
check<Equal<typeof flat, DStream<unknown>>>()
const keyed = lines.keyBy((line) => JSON.parse(line))
check<Equal<typeof keyed, DStream<[any, string]>>>()
const values = keyed.mapValues((line) => JSON.parse(line))
check<Equal<typeof values, DStream<[any, any]>>>()
const reduced = parsed.reduceByKey((a, b) => a + b)
check<Equal<typeof reduced, DStream<[any, any]>>>()
const filtered = parsed.filter((x) => x.ok)
check<Equal<typeof filtered, DStream<any>>>()
