import { runInNewContext } from "node:vm"
import { describe, expect, test } from "vitest"
import { freezeDeep, problemOf, requirePlainData } from "#src/base/values.js"

class Point {
  x = 1
}

describe("problemOf", () => {
  test.each<[string, unknown]>([
    ["nothing", undefined],
    ["null", null],
    ["a number", -0],
    ["a bigint", 1n],
    ["a text", "a"],
    ["a date", new Date(NaN)],
    ["bytes", new Uint8Array(2)],
    ["a buffer", Buffer.from("a")],
    ["a map of maps", new Map([[{ a: 1 }, new Map([[1, new Set([[1]])]])]])],
    ["an object without a prototype", Object.assign(Object.create(null), { a: 1 })],
    ["an object of another realm", runInNewContext("({ a: [1], m: { b: 2 } })")],
    ["an object with names of methods", JSON.parse('{"constructor":1,"then":2,"toString":3}')],
    ["100 levels of nesting", nested(99)],
  ])("%s is plain data", (_, value) => {
    expect(problemOf(value)).toBeUndefined()
  })

  test.each<[string, unknown, string, string]>([
    ["a function", { f: function f() {} }, "a function (f)", ".f"],
    ["a function without a name", [() => 1], "a function (anonymous)", "[0]"],
    ["a symbol", { a: [1, Symbol("s")] }, "a symbol", ".a[1]"],
    ["a promise", { a: Promise.resolve() }, "a promise", ".a"],
    // oxlint-disable-next-line unicorn/no-thenable
    ["a thenable", [Object.fromEntries([["then", () => 1]])], "a promise", "[0]"],
    ["an instance", { a: { b: new Point() } }, "an instance of class Point", ".a.b"],
    ["a regular expression", /a/, "an instance of class RegExp", ""],
    ["an error", [new TypeError("x")], "an instance of class TypeError", "[0]"],
    ["a boxed number", new Number(1), "an instance of class Number", ""],
    ["a bare buffer", new ArrayBuffer(1), "an instance of class ArrayBuffer", ""],
    ["in a map's value", new Map([["k", new Point()]]), "an instance of class Point", "<k>"],
    ["in a map's key", new Map([[new Point(), 1]]), "an instance of class Point", "<key 0>"],
    ["in a set", new Set([1, new Point()]), "an instance of class Point", "<1>"],
    ["a property that would be a prototype", JSON.parse('{"__proto__":1}'), 'a property named "__proto__"', ""],
  ])("%s is refused, with its place", (_, value, what, path) => {
    expect(problemOf(value)).toEqual({ what, path })
  })

  test("a cycle is refused instead of followed forever", () => {
    const cycle: Record<string, unknown> = {}
    cycle["self"] = cycle
    const problem = problemOf(cycle)
    expect(problem?.what).toMatch(/^more than 100 levels of nesting, or a cycle/)
    expect(problem?.path.length).toBeLessThan(80)
  })
})

function nested(levels: number): unknown {
  return levels === 0 ? {} : [nested(levels - 1)]
}

test("requirePlainData refuses the first bad value by name, kind and place", () => {
  expect(() => requirePlainData([1, "a"], "map-1")).not.toThrow()
  expect(() => requirePlainData([1, { at: [new Point()] }, () => 1], "map-1")).toThrow(
    /^MR_VALUE_REFUSED: A record of map-1 holds an instance of class Point at \.at\[0\], but records are plain data/,
  )
})

describe("freezeDeep", () => {
  test("gives the same value, and nothing in it can be changed", () => {
    const value = { a: [1, { b: 2 }], d: new Date(0) }
    expect(freezeDeep(value)).toBe(value)
    expect(() => (value.a[0] = 2)).toThrow(TypeError)
    expect(() => ((value.a[1] as { b: number }).b = 3)).toThrow(TypeError)
    expect(() => (value.a = [])).toThrow(TypeError)
  })

  test("a Map takes no change, is read as before, and its keys and values are frozen too", () => {
    const map = freezeDeep(new Map([[{ k: 1 }, { v: 1 }]]))
    expect(() => map.set({ k: 2 }, { v: 2 })).toThrow(/^Cannot set on a Map that was given to an operator/)
    expect(() => map.delete({ k: 1 })).toThrow(/^Cannot delete on a Map/)
    expect(() => map.clear()).toThrow(/^Cannot clear on a Map/)
    const [[key, value]] = [...map] as [[{ k: number }, { v: number }]]
    expect(() => (key.k = 2)).toThrow(TypeError)
    expect(() => (value.v = 2)).toThrow(TypeError)
    expect([...map]).toEqual([[{ k: 1 }, { v: 1 }]])
  })

  test("a Set takes no change, is read as before, and its items are frozen too", () => {
    const set = freezeDeep(new Set([[1]]))
    expect(() => set.add([2])).toThrow(/^Cannot add on a Set that was given to an operator/)
    expect(() => set.delete([1])).toThrow(/^Cannot delete on a Set/)
    expect(() => set.clear()).toThrow(/^Cannot clear on a Set/)
    expect(() => [...set][0]!.push(2)).toThrow(TypeError)
    expect([...set]).toEqual([[1]])
  })

  test("primitives and typed arrays, which cannot be frozen, are given back as they are", () => {
    const bytes = new Uint8Array([1])
    expect([freezeDeep(1), freezeDeep(null), freezeDeep(undefined), freezeDeep("a")]).toEqual([1, null, undefined, "a"])
    expect(freezeDeep(bytes)).toBe(bytes)
  })
})

test("freezes what a value holds that the program has frozen itself", () => {
  const value = Object.freeze({ deep: { n: 0 } })
  freezeDeep(value)
  expect(Object.isFrozen(value.deep)).toBe(true)
})
