/** Arbitrary values that a record may hold, as they are once they have left a stage: no −0, no unpaired surrogate. */
import fc from "fast-check"

const text = (): fc.Arbitrary<string> =>
  fc.oneof(
    fc.string({ unit: "grapheme" }),
    fc.string({ unit: "binary" }).map((s) => s.toWellFormed()),
    fc.constantFrom("", "\ufeff", "\0", "constructor", "toString", "한국", "x".repeat(300)),
  )

const name = (): fc.Arbitrary<string> => text().filter((s) => s !== "__proto__" && s !== "toJSON" && s !== "then")

const primitive = (): fc.Arbitrary<unknown> =>
  fc.oneof(
    fc.constantFrom(null, undefined, true, false),
    fc.double().map((x) => x + 0),
    fc.integer(),
    fc.bigInt(),
    fc.bigInt({ min: -(2n ** 70n), max: 2n ** 70n }),
    text(),
  )

const whole = (): fc.Arbitrary<unknown> =>
  fc.oneof(
    fc.date({ noInvalidDate: false }),
    fc.uint8Array(),
    fc.int16Array(),
    fc.float32Array(),
    fc.float64Array(),
    fc.bigInt64Array(),
  )

/** Any plain data, nested a few levels. */
export function plainData(): fc.Arbitrary<unknown> {
  const { value } = fc.letrec<{ value: unknown }>((tie) => ({
    value: fc.oneof(
      { depthSize: "small", withCrossShrink: true },
      primitive(),
      whole(),
      fc.array(tie("value"), { maxLength: 5 }),
      fc.dictionary(name(), tie("value"), { maxKeys: 5, noNullPrototype: true }),
      fc.array(fc.tuple(tie("value"), tie("value")), { maxLength: 4 }).map((entries) => new Map(entries)),
      fc.array(tie("value"), { maxLength: 4 }).map((items) => new Set(items)),
    ),
  }))
  return value
}
