/** Every verb that remembers from step to step, every option of it, and every join that looks up, by its name. */
import { runBatches } from "millrace/testing"
import { describe, expect, test } from "vitest"
import { add, gives, giveTogether, pair, subtract } from "./gives.ts"

const quiet = (steps: number): never[][] => Array.from({ length: steps }, () => [])

describe("running and windowed sums", () => {
  const views = [[pair("/a", 20), pair("/b", 30)], [pair("/a", 40)], [], [], []]
  const held = [[pair("/a", 20), pair("/b", 30)], [pair("/a", 60), pair("/b", 30)], [pair("/a", 40)], []]

  test("runningReduce(add)", () =>
    gives(views.slice(0, 2), (s) => s.runningReduce(add), [
      [pair("/a", 20), pair("/b", 30)],
      [pair("/a", 60), pair("/b", 30)],
    ]))

  test("runningReduce(add, { timeout })", () =>
    gives(views, (s) => s.runningReduce(add, { timeout: "2s" }).count(), [[2], [2], [1], [0], null]))

  test('runningReduce(add, { timeout: "forever" }) is the default', () =>
    gives(
      [[pair("/a", 1)], ...quiet(5_000), [pair("/a", 1)]],
      (s) => s.runningReduce(add, { timeout: "forever" }).changes(),
      [[["/a", 1]], ...quiet(5_000), [["/a", 2]]],
    ))

  test("reduceByWindow(length, add)", () => gives(views, (s) => s.reduceByWindow("2s", add), held))

  test("reduceByWindow(length, add, subtract)", () => gives(views, (s) => s.reduceByWindow("2s", add, subtract), held))

  test("reduceByWindow(length, add, { slide })", () =>
    gives([[1], [2], [3], [4], [], []].map(ofOneKey), (s) => s.reduceByWindow("4s", add, { slide: "2s" }).values(), [
      [],
      [3],
      [],
      [10],
      [],
      [7],
    ]))

  test("reduceByWindow(length, add, subtract, { slide })", () =>
    gives(
      [[1], [2], [3], [4], [], []].map(ofOneKey),
      (s) => s.reduceByWindow("4s", add, subtract, { slide: "2s", name: "sums" }).values(),
      [[], [3], [], [10], [], [7]],
    ))

  function ofOneKey(numbers: number[]): [string, number][] {
    return numbers.map((n) => ["all", n])
  }
})

describe("what a state is asked", () => {
  test("changes()", () =>
    gives(
      [["a", "b"], ["a"], []],
      (s) =>
        s
          .map((word) => [word, 1])
          .runningReduce(add)
          .changes(),
      [[pair("a", 1), pair("b", 1)], [["a", 2]], []],
    ))

  test('ended(), why "null"', () =>
    gives(
      [[pair("ann", "enter")], [pair("ann", "exit")]],
      (s) =>
        s
          .track(
            () => 1,
            (_, n, event) => (event === "exit" ? null : n + 1),
            "forever",
          )
          .ended(),
      [[], [["ann", { state: 1, why: "null" }]]],
    ))

  test('ended(), why "timeout"', () =>
    gives([[pair("ann", 7)], ...quiet(3)], (s) => s.runningReduce(add, { timeout: "2s" }).ended(), [
      [],
      [],
      [["ann", { state: 7, why: "timeout" }]],
    ]))

  test('ended(), why "window"', () =>
    gives([[pair("ann", 7)], ...quiet(3)], (s) => s.reduceByWindow("2s", add).ended(), [
      [],
      [],
      [["ann", { state: 7, why: "window" }]],
    ]))

  test('ended(), why "cap": maxKeys', () =>
    gives(
      [["a"], ["b"], ["a"], ["c"]],
      (s) =>
        s
          .map((word) => [word, 1])
          .runningReduce(add, { maxKeys: 2 })
          .ended(),
      [[], [], [], [["b", { state: 1, why: "cap" }]]],
    ))
})

describe("a state of one's own", () => {
  const events = [[pair("ann", "enter"), pair("bob", "enter")], [pair("ann", "exit")], ...quiet(3)]

  test("track(init, update, timeout)", () =>
    gives(
      events,
      (s) =>
        s.track(
          (user, event) => `${user}: ${event}`,
          (_, state, event) => (event === "exit" ? null : `${state}, ${event}`),
          "3s",
        ),
      [[pair("ann", "ann: enter"), pair("bob", "bob: enter")], [["bob", "bob: enter"]], [["bob", "bob: enter"]], []],
    ))

  test("track(init, update, timeout).changes()", () =>
    gives(
      [["a"], ["b"], ["a"]],
      (s) =>
        s
          .map((user) => [user, 1])
          .track(
            () => 1,
            (_, n, more) => n + more,
            "1h",
          )
          .changes(),
      [[["a", 1]], [["b", 1]], [["a", 2]]],
    ))

  test('track(init, update, "forever")', () =>
    gives(
      [[pair("ann", 1)], ...quiet(5_000), [pair("bob", 1)]],
      (s) =>
        s
          .track(
            () => 1,
            (_, n) => n + 1,
            "forever",
          )
          .count()
          .filter((n) => n > 1),
      [...quiet(5_001), [2]],
    ))

  test("track(init, update, timeout, { maxKeys })", () =>
    gives(
      [["a"], ["b"], ["c"]],
      (s) =>
        s
          .map((user) => [user, 1])
          .track(
            () => 1,
            (_, n) => n + 1,
            "1h",
            { maxKeys: 2, name: "users" },
          )
          .keys(),
      [["a"], ["a", "b"], ["b", "c"]],
    ))

  test("flatMapWithState(init, step, timeout)", () =>
    gives(
      [
        [pair("ann", 1), pair("ann", 2)],
        [pair("ann", 3), pair("bob", 9)],
      ],
      (s) =>
        s.flatMapWithState(
          () => 0,
          (user, last, n, emit: (text: string) => void) => {
            if (last > 0) emit(`${user}: ${last} then ${n}`)
            return n
          },
          "1h",
        ),
      [["ann: 1 then 2"], ["ann: 2 then 3"]],
    ))

  test("flatMapWithState(init, step, timeout, { onTimeout })", () =>
    gives(
      events,
      (s) =>
        s.flatMapWithState(
          () => 0,
          (_, n, event): number | null => (event === "exit" ? null : n + 1),
          "2s",
          { onTimeout: (user, n, emit: (text: string) => void) => emit(`${user} left after ${n}`) },
        ),
      [[], [], ["bob left after 1"]],
    ))

  test("reduceBySession(gap, add)", () =>
    gives([[pair("ann", 1)], [pair("ann", 2)], ...quiet(3), [pair("ann", 4)]], (s) => s.reduceBySession("2s", add), [
      [],
      [],
      [],
      [["ann", { start: 0, end: 2_000, value: 3 }]],
    ]))

  test("distinctBy(id, within)", () =>
    gives([[7, 8], [7], [7], [7]].map(ofPayments), (s) => s.distinctBy(({ id }) => id, "2s").map(({ id }) => id), [
      [7, 8],
      [],
      [],
      [7],
    ]))

  test('distinctBy(id, "forever")', () =>
    gives([[7, 7], ...quiet(5_000), [7, 8]].map(ofPayments), (s) => s.distinctBy(({ id }) => id, "forever"), [
      [{ id: 7 }],
      ...quiet(5_000),
      [{ id: 8 }],
    ]))

  function ofPayments(ids: readonly number[]): { id: number }[] {
    return ids.map((id) => ({ id }))
  }
})

describe("two streams, records up to a span apart", () => {
  const shown = [[pair("ad 7", "top"), pair("ad 8", "side"), pair("ad 9", "foot")], ...quiet(7)]
  const clicked = [[], [pair("ad 7", "ann")], [], [], [], [pair("ad 8", "eve")], [pair("ad 7", "bob")]]

  test("joinWithin(other, within)", () =>
    giveTogether(shown, clicked, (left, right) => left.joinWithin(right, "5s"), [
      [],
      [["ad 7", ["top", "ann"]]],
      [],
      [],
      [],
      [["ad 8", ["side", "eve"]]],
    ]))

  test('joinWithin(other, "forever")', () =>
    giveTogether(shown, clicked, (left, right) => left.joinWithin(right, "forever"), [
      [],
      [["ad 7", ["top", "ann"]]],
      [],
      [],
      [],
      [["ad 8", ["side", "eve"]]],
      [["ad 7", ["top", "bob"]]],
    ]))

  test("leftJoinWithin(other, within)", () =>
    giveTogether(shown, clicked, (left, right) => left.leftJoinWithin(right, "5s"), [
      [],
      [["ad 7", ["top", "ann"]]],
      [],
      [],
      [],
      [
        ["ad 8", ["side", "eve"]],
        ["ad 9", ["foot", undefined]],
      ],
    ]))
})

describe("a look-up", () => {
  const orders = [[pair("apple", 3), pair("plum", 1)], [pair("apple", 2)]]
  const prices = (): { item: string; cents: number }[] => [{ item: "apple", cents: 40 }]

  test("join(table)", () =>
    gives(orders, (s, { table }) => s.join(table(prices, { key: ({ item }) => item })), [
      [["apple", [3, { item: "apple", cents: 40 }]]],
      [["apple", [2, { item: "apple", cents: 40 }]]],
    ]))

  test("leftOuterJoin(table)", () =>
    gives(
      orders,
      (s, { table }) =>
        s.leftOuterJoin(table(prices, { key: ({ item }) => item })).mapValues(([n, row]) => [n, row?.cents]),
      [
        [
          ["apple", [3, 40]],
          ["plum", [1, undefined]],
        ],
        [["apple", [2, 40]]],
      ],
    ))

  test("table(load, { key, refresh })", async () => {
    let cents = 0
    const rows = await runBatches({
      batches: Array.from({ length: 20 }, () => [pair("apple", 1)]),
      program: (s, { table }) => {
        const changing = table(() => [{ item: "apple", cents: ++cents }], { key: ({ item }) => item, refresh: "5s" })
        return s.join(changing).map(([, [, price]]) => price.cents)
      },
    })
    // A refresh takes effect at a step boundary; at which one is up to how long loading takes.
    const seen = rows.flatMap((step) => step ?? [])
    expect(seen[0]).toBe(1)
    expect(seen).toHaveLength(20)
    expect(seen).toEqual([...seen].sort((a, b) => a - b))
    expect(seen.at(-1)).toBeGreaterThan(1)
  })

  test("table(load, { key }) refuses a key twice", async () => {
    const twice = runBatches({
      batches: orders,
      program: (s, { table }) => s.join(table(() => [...prices(), ...prices()], { key: ({ item }) => item })),
    })
    await expect(twice).rejects.toMatchObject({ code: "MR_TABLE_KEY_TWICE" })
  })

  const balances = [[pair("ann", 5)], [], [pair("ann", 2)]]
  const asked = [[], [pair("ann", "?"), pair("bob", "?")], [pair("ann", "?")]]

  test("join(state)", () =>
    giveTogether(asked, balances, (left, right) => left.join(right.runningReduce(add)), [
      [],
      [["ann", ["?", 5]]],
      [["ann", ["?", 7]]],
    ]))

  test("leftOuterJoin(state)", () =>
    giveTogether(asked, balances, (left, right) => left.leftOuterJoin(right.runningReduce(add)), [
      [],
      [
        ["ann", ["?", 5]],
        ["bob", ["?", undefined]],
      ],
      [["ann", ["?", 7]]],
    ]))
})
