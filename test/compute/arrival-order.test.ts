/** States see events in order of arrival, as far as that is known, whatever partition carried them. */
import type { DStream, InputStream, Streams } from "millrace"
import { from } from "millrace"
import { describe, expect, test } from "vitest"
import type { Manner } from "#src/compute/runnable-stage.js"
import { planOf } from "../plan-of.ts"
import type { Piece } from "./plan-run.ts"
import { manners, nameOf, PlanRun } from "./plan-run.ts"

type Event = readonly [key: string, value: string]

/** What a key's state has seen, in order. */
const seen = (events: DStream<Event>): DStream<[string, string]> =>
  events.track(
    (_, value) => value,
    (_, all, value) => `${all} ${value}`,
    "forever",
  )

const k = (...values: string[]): Event[] => values.map((value) => ["k", value])

describe.each(manners.map((manner) => [nameOf(manner), manner] as const))("%s loops", (_, manner: Manner) => {
  /** A run of a program over two streams, of two partitions. */
  const running = (program: (a: InputStream<Event>, b: InputStream<Event>, streams: Streams) => void): PlanRun => {
    const plan = planOf((streams) => {
      const read = () => streams.readStream(from<Event>(() => []))
      program(read(), read(), streams)
    })
    return new PlanRun(plan, manner)
  }
  const seenBy = (
    program: (a: InputStream<Event>, b: InputStream<Event>) => DStream<Event>,
    ...pieces: Piece[]
  ): unknown => running((a, b) => seen(program(a, b)).output("out")).stepOf(1, pieces)[0]

  const pieces: Piece[] = [
    [0, 1, k("1", "2")],
    [1, 0, k("3")],
    [0, 0, k("4")],
    [0, 1, k("5")],
    [1, 1, k("6")],
  ]

  test("straight from a source", () => {
    expect(seenBy((a) => a, ...pieces)).toEqual([["k", "1 2 4 5"]])
  })

  test("through narrow operators; what became of one record stays together", () => {
    const program = (a: InputStream<Event>): DStream<Event> =>
      a
        .filter(([, value]) => value !== "2")
        .flatMap(([key, value]) => [[key, value] as Event, [key, `${value}!`] as Event])
    expect(seenBy(program, ...pieces)).toEqual([["k", "1 1! 4 4! 5 5!"]])
  })

  test("through a union: as they came, whatever the stream", () => {
    expect(seenBy((a, b) => b.union(a), ...pieces)).toEqual([["k", "1 2 3 4 5 6"]])
  })

  test("through a union of two of one stream's: each record's in the order of the union", () => {
    expect(seenBy((a) => a.mapValues((v) => `${v}b`).union(a), ...pieces)).toEqual([["k", "1b 1 2b 2 4b 4 5b 5"]])
  })

  test("through a node that others read too", () => {
    const run = running((a, b) => {
      const shared = a.union(b).mapValues((value) => `<${value}>`)
      shared.count().output("count")
      seen(shared.filter(() => true)).output("out")
    })
    expect(run.stepOf(1, pieces)).toEqual([[6], [["k", "<1> <2> <3> <4> <5> <6>"]]])
  })

  test("with rows of a table of the program's joined on the way", () => {
    const run = running((a, _b, { table }) => {
      const rows = table((): { id: string; n: number }[] => [], { key: ({ id }) => id, name: "rows" })
      seen(a.join(rows).mapValues(([value, { n }]) => `${value}/${n}`)).output("out")
    })
    run.load("rows", [["k", { id: "k", n: 7 }]])
    expect(run.stepOf(1, pieces)).toEqual([[["k", "1/7 2/7 4/7 5/7"]]])
  })

  test("from step to step", () => {
    const run = running((a) => seen(a).output("out"))
    run.stepOf(1, [[0, 1, k("1")], [0, 0, k("2")]]) // prettier-ignore
    expect(run.stepOf(2, [[0, 1, k("3")], [0, 0, k("4")]])).toEqual([[["k", "1 2 3 4"]]]) // prettier-ignore
  })

  test.each<[string, (a: InputStream<Event>, b: InputStream<Event>) => DStream<Event>]>([
    ["a window", (a) => a.window("1s")],
    ["mapPartitions", (a) => a.mapPartitions((records) => records)],
  ])("behind %s: by partition, and within one as they came", (_, program) => {
    expect(seenBy(program, ...pieces)).toEqual([["k", "4 1 2 5"]])
  })

  test("a union of which one stream has no order has none: the first stream's before the second's", () => {
    expect(seenBy((a, b) => b.union(a.mapPartitions((records) => records)), ...pieces)).toEqual([["k", "3 4 6 1 2 5"]])
  })

  test("sessions, distinct records and emitting states go by it too", () => {
    const run = running((a, b) => {
      const both = a.union(b)
      both.distinctBy(([key]) => key, "5s").output("first")
      both.reduceBySession("1s", (x, y) => `${x} ${y}`).output("session")
      both.flatMapWithState<number, string>(
        () => 0,
        (_, n, value, emit) => {
          emit(`${n} ${value}`)
          return n + 1
        },
        "forever",
      ).output("emitted") // prettier-ignore
    })
    expect(run.stepOf(10, pieces)).toEqual([[["k", "1"]], [], ["0 1", "1 2", "2 3", "3 4", "4 5", "5 6"]])
    expect(run.stepOf(11, [])[1]).toEqual([["k", { start: 10_000, end: 11_000, value: "1 2 3 4 5 6" }]])
  })

  describe("of records with times", () => {
    interface Timed {
      readonly value: string
      readonly at: number
    }
    const run = (): PlanRun => {
      const plan = planOf(({ readStream }) => {
        const read = () =>
          readStream(
            from<Timed>(() => []),
            { time: ({ at }) => at },
          )
        seen(
          read()
            .union(read())
            .map(({ value }) => ["k", value] as Event),
        ).output("out")
      })
      return new PlanRun(plan, manner)
    }
    const arrival = { at: 0, openFrom: undefined }
    const at = (...records: [value: string, at: number][]): Timed[] => records.map(([value, at]) => ({ value, at }))

    test("by their times", () => {
      const planRun = run()
      planRun.arrive(
        [
          [0, 0, at(["3", 10_300], ["1", 10_100])],
          [1, 1, at(["2", 10_200], ["4", 10_400])],
        ],
        arrival,
      )
      expect(planRun.stepOf(10, [])).toEqual([[["k", "1 2 3 4"]]])
    })

    test("at equal times by arrival, then as they came in it", () => {
      const planRun = run()
      planRun.arrive([[1, 0, at(["2", 10_100])], [0, 1, at(["3", 10_100], ["1", 10_000])]], arrival) // prettier-ignore
      planRun.arrive([[0, 0, at(["4", 10_100])], [1, 1, at(["5", 10_100])]], arrival) // prettier-ignore
      expect(planRun.stepOf(10, [])).toEqual([[["k", "1 2 3 4 5"]]])
    })

    test("each in its step, however they came", () => {
      const planRun = run()
      planRun.arrive([[0, 0, at(["b", 11_000], ["a", 10_999])]], arrival)
      planRun.arrive([[0, 1, at(["c", 11_001])]], arrival)
      expect([planRun.stepOf(10, []), planRun.stepOf(11, [])]).toEqual([[[["k", "a"]]], [[["k", "a b c"]]]])
    })
  })
})
