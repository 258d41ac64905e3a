import fc from "fast-check"
import { jsonFields, lines } from "millrace"
import { describe, expect, test } from "vitest"
import type { Fields } from "#src/compute/kernel/fields.js"
import { FieldKind, ROW_FIELD, ROW_HEAD } from "#src/compute/kernel/fields.js"
import { searchable } from "#src/compute/kernel/line-end.js"
import { forms, PIECE, sharedBytes, textOf } from "./forms.ts"

const linesOf = lines()

/** Lines that the scanner must read itself. */
const flat = [
  "{}",
  " { } ",
  "\t{\t}\t",
  '{"a":1}',
  '{"a":1}\r',
  '{"a":1,"b":2}',
  ' {\t"a" : 1\r,\r"b"\t: "x" } \t',
  '{"b":"x","a":true,"c":false,"d":null}',
  '{"a":true}',
  '{"a":false}',
  '{"a":null}',
  '{"a":""}',
  '{"":1}',
  '{"":"","a":""}',
  '{"a":1,"a":2}',
  '{"a":"1","a":null}',
  '{"a":null,"a":"x","b":1}',
  '{"b":1,"b":2,"a":3}',
  '{"__proto__":1}',
  '{"__proto__":"x","constructor":"y","toString":"z"}',
  '{"a":0}',
  '{"a":-0}',
  '{"a":-0.0}',
  '{"a":-1}',
  '{"a":10}',
  '{"a":0.5}',
  '{"a":0e0}',
  '{"a":0E+1}',
  '{"a":1e5}',
  '{"a":1E-5}',
  '{"a":-12.340e+10}',
  '{"a":1e999}',
  '{"a":-1e999}',
  '{"a":1e-999}',
  '{"a":12345678901234567890}',
  '{"a":123456789012345}',
  '{"a":-12345678901234}',
  '{"a":1234567890123456}',
  '{"a":4294967295}',
  '{"a":4294967296}',
  '{"a":-4294967297}',
  '{"a":-2147483649}',
  '{"a":0.1000000000000000055511151231257827}',
  '{"a":9007199254740993}',
  '{"a":"{\\u"}'.replace("\\u", "}"),
  '{"a":"]},:"}',
  '{"a":"\u007f"}',
  '{"a":"\u2028\u2029"}',
  '{"a":"ünïcödé 日本語 😀"}',
  '{"ä":1,"日本":"😀"}',
  '{"\ufeff":1}',
  '{"\ufffd":1}',
  '{"a-key-of-16-byte":1}',
  '{"a-key-of-more-than-16-bytes":1,"a-key-of-more-than-16-bytez":2}',
  '{"true":true,"null":null}',
]

/** Valid JSON that the scanner must leave to the row form, or may. */
const valid = [
  '{"a":[]}',
  '{"a":{}}',
  '{"a":{"a":1}}',
  '{"b":[1,2],"a":1}',
  '{"a":"\\n"}',
  '{"a":"\\u0041"}',
  '{"a":"\\ud800"}',
  '{"a":"\\\\"}',
  '{"a":"\\""}',
  '{"\\u0061":1}',
  '{"a":1,"\\u0061":2}',
  '{"\\ufffd":1}',
  '{"\\ud800":1}',
  '{"__proto__":{"a":1}}',
  `{"a":${"[".repeat(5_000)}${"]".repeat(5_000)}}`,
]

/** Lines that the row form refuses. */
const malformed = [
  "",
  " ",
  "\r",
  "{",
  "}",
  "{{}",
  "{}}",
  "{},",
  "{}{}",
  "{}x",
  "{} 1",
  "{,}",
  "{:}",
  '{"}',
  '{"a}',
  '{"a"}',
  '{"a":}',
  '{"a":,}',
  '{"a":1',
  '{"a":1,',
  '{"a":1,}',
  '{"a":1,,"b":2}',
  '{,"a":1}',
  '{"a":1 "b":2}',
  '{"a":1;"b":2}',
  '{"a":1]',
  '{"a"::1}',
  '{"a"=1}',
  '{"a" 1}',
  "{a:1}",
  "{'a':1}",
  "{\"a\":'x'}",
  "{1:1}",
  "{null:1}",
  '{"a":"x}',
  '{"a":"x',
  '{"a":"x"y}',
  '{"a":"x""y"}',
  '{"a":"\t"}',
  '{"a":"\u0000"}',
  '{"a":"\u001f"}',
  '{"a\u0001":1}',
  '{"a":"\\x"}',
  '{"a":"\\u12"}',
  '{"a":"\\',
  '{"a":+1}',
  '{"a":.5}',
  '{"a":1.}',
  '{"a":1.e5}',
  '{"a":-}',
  '{"a":--1}',
  '{"a":-a}',
  '{"a":01}',
  '{"a":-01}',
  '{"a":00}',
  '{"a":1e}',
  '{"a":1e+}',
  '{"a":1e-}',
  '{"a":1e+-1}',
  '{"a":1e1.5}',
  '{"a":1.5.5}',
  '{"a":0x10}',
  '{"a":1_000}',
  '{"a":1n}',
  '{"a":1 2}',
  '{"a":١}',
  '{"a":NaN}',
  '{"a":Infinity}',
  '{"a":-Infinity}',
  '{"a":undefined}',
  '{"a":tru}',
  '{"a":truee}',
  '{"a":True}',
  '{"a":fals}',
  '{"a":falsee}',
  '{"a":nul}',
  '{"a":nulll}',
  '{"a":t}',
  '{"a":f}',
  '{"a":n}',
  "{\u000b}",
  "{\u000c}",
  "{\u00a0}",
  "\ufeff{}",
  '\u2028{"a":1}',
  '{"a":1}\u0000',
  '{"a":1}//',
  '/**/{"a":1}',
  '{"a":[1}',
  '{"a":{}',
  "[]",
  '["a",1]',
  "1",
  "-0",
  '"a"',
  '"{}"',
  "true",
  "null",
]

const namesOfAll = ["a", "b", "", "__proto__", "ä", "a-key-of-16-byte", "a-key-of-more-than-16-bytes", "\ud800", "true"]
const namesLists = [["a"], namesOfAll, [...namesOfAll].reverse(), ["constructor", "toString"], ["\ufffd", "\ud800"]]

interface Read {
  readonly line: string
  readonly isOther: boolean
  readonly values: unknown
}

describe.each(forms)("fields of JSON lines: %s", (_, kernels) => {
  const readRow = (fields: Fields, bytes: Uint8Array, names: readonly string[], rows: Int32Array, at: number): Read => {
    const line = textOf(bytes, rows[at]!, rows[at + 1]!)
    const places = names.map((_, i) => at + ROW_HEAD + ROW_FIELD * i)
    const others = places.filter((place) => rows[place] === FieldKind.other)
    expect([0, names.length]).toContain(others.length)
    if (others.length > 0) return { line, isOther: true, values: undefined }
    const values = Object.fromEntries(names.map((name, i) => [name, fields.value(searchable(bytes), rows, places[i]!)]))
    return { line, isOther: false, values }
  }

  const known = new Map<string, Fields>() // each has a memory of its own
  const fieldsOf = (names: readonly string[]): Fields => {
    const key = JSON.stringify(names)
    const fields = known.get(key) ?? kernels.newFields(names)
    known.set(key, fields)
    return fields
  }

  /** All lines of the text, read in portions of so many rows. */
  const project = (text: string, names: readonly string[], portion: number, around?: string): Read[] => {
    const bytes = sharedBytes(text, around)
    const fields = fieldsOf(names)
    // Not empty before, and longer than whole rows.
    const rows = new Int32Array(fields.rowLength * portion + 1).fill(77)
    const read: Read[] = []
    for (let at = 0; at < bytes.length; at = fields.position) {
      const count = fields.project(bytes, at, rows)
      for (let i = 0; i < count; i++) read.push(readRow(fields, bytes, names, rows, i * fields.rowLength))
      if (count < portion) expect(fields.position).toBe(bytes.length)
    }
    return read
  }

  const rowForm = (line: string, names: readonly string[]): unknown => {
    try {
      return jsonFields(names as [string])(line)
    } catch {
      return "refused"
    }
  }

  /** Never another result than that of the row form. */
  const expectSame = (read: Read, line: string, names: readonly string[]): void => {
    expect(read.line).toBe(line)
    if (!read.isOther) expect(read.values).toStrictEqual(rowForm(line, names))
  }

  const check = (line: string, names: readonly string[]): boolean[] =>
    ["x", "}", '"', "1", "e5", ",", " ", "\n", "\\", ' "b":1}', "é"].map((around) => {
      const [alone] = project(line, names, 1, around)
      if (alone !== undefined) expectSame(alone, line, names)
      // In a text a `\r` before the line end belongs to that.
      const text = `{"b":3}\n${line}\n{"a":4}`
      const among = project(text, names, 10, around)
      const [, expected] = linesOf(text)
      expect(among.length).toBe(3)
      expectSame(among[1]!, expected!, names)
      expect(among.filter(({ isOther }) => isOther).length).toBe(among[1]!.isOther ? 1 : 0)
      const last = project(`\n${line}`, names, 10, around)
      if (line !== "") expectSame(last[1]!, line, names)
      if (alone !== undefined) expect(among[1]!.isOther).toBe(alone.isOther)
      return among[1]!.isOther
    })

  test.each(flat)("reads %j", (line) => {
    for (const names of namesLists) expect(new Set(check(line, names))).toEqual(new Set([false]))
  })

  test.each(valid)("leaves %j to the row form", (line) => {
    for (const names of namesLists) expect(new Set(check(line, names))).toEqual(new Set([true]))
  })

  test.each(malformed)("leaves %j, which is refused, to the row form", (line) => {
    for (const names of namesLists) {
      expect(rowForm(line, names)).toBe("refused")
      expect(new Set(check(line, names))).toEqual(new Set([true]))
    }
  })

  test("every beginning of a line is left to the row form", () => {
    const line = ' {"a" : -1.5e+3, "b":"xyz", "c":true, "d":false, "e":null}'
    for (let length = 1; length < line.length; length++) {
      expect(check(line.slice(0, length), ["a", "b"]).every(Boolean)).toBe(true)
    }
  })

  test("a name with an unpaired surrogate is none of the keys, not even of U+FFFD", () => {
    const [read] = project('{"\ufffd":1}', ["\ud800", "\ufffd"], 1)
    expect(read!.values).toStrictEqual({ "\ud800": undefined, "\ufffd": 1 })
  })

  test("strings and keys of 0 to 70 bytes, at every place of a block", () => {
    for (let length = 0; length <= 70; length++) {
      const key = "k".repeat(length)
      const names = [key, `${key}k`, key.slice(1) + "x"]
      for (const value of ["", "v", "é".repeat(length), "v".repeat(length)]) {
        expect(check(JSON.stringify({ [key]: value, x: length }), names).some(Boolean)).toBe(false)
        expect(check(`{"${key}":"${value}\u0001"}`, names).every(Boolean)).toBe(true)
      }
    }
  }, 60_000)

  test("many lines, in portions, with all kinds of line ends and lines", () => {
    const kinds = [
      (i: number) => `{"n":${i},"text":"t${i}"}`,
      (i: number) => `{"text":"${"x".repeat(i % 300)}"}`,
      () => "",
      (i: number) => `{"n":[${i}]}`,
      () => "{}",
    ]
    const list = Array.from({ length: 30_000 }, (_, i) => kinds[i % kinds.length]!(i))
    const text = list.map((line, i) => line + (i % 3 === 0 ? "\r\n" : "\n")).join("")
    for (const portion of [1_000, 7_777, 40_000]) {
      const read = project(text, ["n", "text"], portion)
      expect(read.length).toBe(list.length)
      expect(read.every(({ line }, i) => line === list[i])).toBe(true)
      expect(read.every(({ isOther }, i) => isOther === (i % 5 === 2 || i % 5 === 3))).toBe(true)
      for (let i = 0; i < read.length; i += 101) expectSame(read[i]!, list[i]!, ["n", "text"])
    }
  })

  test.each([-20, -1, 0, 1, 20])(
    "a line that ends %i bytes from the edge of a piece, and one longer than it, which is left to the row form",
    (offset) => {
      const before = '{"a":"'
      const long = `${before}${"x".repeat(PIECE + offset - before.length - 3)}"}`
      const list = [long, '{"a":1}', `{"b":"${"y".repeat(2 * PIECE)}","a":"z"}`, '{"a":2}']
      for (const end of ["\n", "\r\n"]) {
        const read = project(list.join(end), ["a"], 3)
        expect(read.every(({ line }, i) => line === list[i])).toBe(true)
        expect(read.map(({ isOther }) => isOther)).toEqual(list.map((line) => line.length + end.length > PIECE))
        read.forEach((each, i) => expectSame(each, list[i]!, ["a"]))
      }
    },
  )

  test("several lists of names over one memory, and more names than it has room for", () => {
    const many = Array.from({ length: 2_000 }, (_, i) => `name-${i}`)
    const lists = [["a"], ["b", "a"], many]
    const bytes = sharedBytes('{"a":1,"b":2,"name-1999":3}\n{"b":4}')
    const all = lists.map((names) => ({ names, fields: kernels.newFields(names) }))
    for (let time = 0; time < 2; time++) {
      for (const { names, fields } of all) {
        const rows = new Int32Array(2 * fields.rowLength)
        expect(fields.project(bytes, 0, rows)).toBe(2)
        expectSame(readRow(fields, bytes, names, rows, 0), '{"a":1,"b":2,"name-1999":3}', names)
        expectSame(readRow(fields, bytes, names, rows, fields.rowLength), '{"b":4}', names)
      }
    }
  })

  test("more different short strings than there is room to remember, twice over, are read all the same", () => {
    const id = (i: number, field: number): string => `${"i".repeat(40)}${i}${"j".repeat(10)}${field}`
    const text = Array.from(
      { length: 120_000 },
      (_, i) => `{"kind":"kind-${i % 3}","1":"${id(i, 1)}","2":"${id(i, 2)}","3":"${id(i, 3)}"}`,
    ).join("\n")
    const read = project(text, ["kind", "1", "2", "3"], 1_000)
    expect(read.length).toBe(120_000)
    read.forEach(({ values }, i) => {
      const given = values as Record<string, unknown>
      const isRight = given.kind === `kind-${i % 3}` && [1, 2, 3].every((field) => given[field] === id(i, field))
      if (!isRight) expect([i, given]).toBe("the values of this line")
    })
  }, 60_000)

  test("no room for a row reads nothing", () => {
    const fields = kernels.newFields(["a"])
    expect([fields.project(sharedBytes("{}"), 0, new Int32Array(4)), fields.position]).toEqual([0, 0])
  })

  const key = fc.oneof(
    fc.constantFrom(...namesOfAll.filter((name) => name.isWellFormed())),
    fc.string({ maxLength: 20 }),
  )
  const lists = fc.sample(fc.uniqueArray(fc.oneof(key, fc.constant("\ud800")), { minLength: 1, maxLength: 5 }), 20)
  const names = fc.constantFrom(...namesLists, ...lists)
  const space = fc.constantFrom("", "", " ", "\t", "\r", "  ")
  const value = fc.oneof(
    fc.string({ unit: "grapheme" }),
    fc.double({ noNaN: true, noDefaultInfinity: true }),
    fc.integer(),
    fc.boolean(),
    fc.constant(null),
  )
  const flatLine = fc
    .array(fc.tuple(key, value, space, space), { maxLength: 8 })
    .map(
      (entries) =>
        `{${entries.map(([k, v, a, b]) => `${a}${JSON.stringify(k)}${b}:${a}${JSON.stringify(v)}${b}`).join(",")}}`,
    )

  test("flat objects are read as the row form reads them", () => {
    fc.assert(
      fc.property(flatLine, names, (line, names) => {
        const [read] = project(line, names, 1, "}")
        expectSame(read!, line, names)
        expect(read!.isOther).toBe(line.includes("\\"))
      }),
      { numRuns: 2_000 },
    )
  })

  test("any JSON is read as the row form reads it, or left to it", () => {
    fc.assert(
      fc.property(fc.array(fc.json({ maxDepth: 3 }), { maxLength: 5 }), names, (list, names) => {
        const read = project(list.join("\n"), names, 2)
        expect(read.length).toBe(list.length)
        read.forEach((each, i) => expectSame(each, list[i]!, names))
      }),
      { numRuns: 2_000 },
    )
  })

  test("a flat object with some bytes changed is read as the row form reads it, or left to it", () => {
    const piece = fc.constantFrom(
      ...'{}[]",:\\ \t\r-+.0123456789eEtrufalsn'.split(""),
      "\u0000",
      "é",
      "true",
      "null",
      '""',
      "",
      "",
    )
    const change = fc.tuple(fc.nat(200), fc.nat(2), piece)
    fc.assert(
      fc.property(flatLine, fc.array(change, { minLength: 1, maxLength: 3 }), names, (line, changes, names) => {
        let changed = line
        for (const [place, length, text] of changes) {
          const at = place % (changed.length + 1)
          changed = (changed.slice(0, at) + text + changed.slice(at + length)).toWellFormed()
        }
        const [alone] = project(changed, names, 1, "0}")
        if (alone !== undefined) expectSame(alone, changed, names)
        // Between two lines that it was made of, and so is laid out nearly like.
        const among = [line, changed, line]
        const read = project(`${among.join("\n")}\n`, names, 4)
        expect(read.length).toBe(3)
        among.forEach((each, i) => expectSame(read[i]!, linesOf(`${each}\n`)[0]!, names))
      }),
      { numRuns: 10_000 },
    )
  })
})

test("both forms leave the same lines to the row form", () => {
  const text = [...flat, ...valid, ...malformed].join("\n")
  const [js, wasm] = forms.map(([, kernels]) => {
    const fields = kernels.newFields(namesOfAll)
    const rows = new Int32Array(300 * fields.rowLength)
    return rows.slice(0, fields.rowLength * fields.project(sharedBytes(text), 0, rows))
  })
  expect(wasm).toEqual(js)
})
