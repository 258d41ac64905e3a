/** The paper, section 3.2: timing considerations. Steps of one second. */
import { runBatches } from "millrace/testing"
import { expect, test } from "vitest"

interface View {
  readonly url: string
  /** Seconds. */
  readonly at: number
}

const ids = (...times: number[]): View[] => times.map((at) => ({ url: "/a", at }))
const time = ({ at }: View): number => at * 1_000

// "D-Streams place records into input datasets based on the time when each record arrives at the system."
test("without a time of its own a record belongs to the step in which it arrives", () =>
  runBatches({
    batches: [ids(7, 3), ids(1)],
    program: (views) => views.map(({ at }) => at),
    partitions: 1,
    expected: [[7, 3], [1]],
  }))

// "Developers may wish to group records based on an external timestamp": "records may arrive out of order."
test("with a time of its own a record belongs to the step of that time, whenever it arrives", () =>
  runBatches({
    batches: [ids(0.5, 2.5), ids(1.5, 0.9), ids(3.1, 2.1), ids(9)],
    read: { time, slack: "3s" },
    program: (views) => views.map(({ at }) => at),
    partitions: 1,
    expected: [[0.5, 0.9], [1.5], [2.5, 2.1], [3.1], [], [], [], [], [], [9]],
  }))

// "The system can wait for a limited 'slack time' before starting to process each batch."
test("a step waits for the slack: what comes within it is in time, what comes after it is late", () =>
  runBatches({
    // Step 0 closes when a record of 3 s or later has come: the end of step 0, and 2 s of slack.
    batches: [ids(0.1), ids(2.9), ids(0.2), ids(3.0), ids(0.3)],
    read: { time, slack: "2s" },
    program: (views) => ({ seen: views.map(({ at }) => at), late: views.late().map(({ record }) => record.at) }),
    partitions: 1,
    expected: { seen: [[0.1, 0.2], [], [2.9], [3.0]], late: [[], [0.3]] },
  }))

// "User programs can correct for late records at the application level": "output a new count for the period t to t+1
// at time t+5, taking into account all the records … received between t and t+5", and cheaply: "using an efficient
// incremental reduce operation that adds the old counts computed at t+1 to the counts of new records since then,
// avoiding wasted work".
test("a program publishes at t+1 and corrects later, by adding late records to the counts it has", async () => {
  const published = await runBatches({
    batches: [ids(0.1, 0.2, 1.0), ids(0.3, 1.1, 2.0), ids(0.4, 1.9, 3.0), ids(5.0)],
    read: { time },
    program: (views) => {
      const inTime = views.map(({ url, at }) => [[url, Math.floor(at)], 1])
      const late = views.late().map(({ record, missed }) => [[record.url, missed.step], 1])
      // One entry for each page and second; a record that comes late adds to the entry it missed.
      return inTime.union(late).runningReduce((a, b) => a + b).changes() // prettier-ignore
    },
    partitions: 1,
  })
  const changes = published.map((rows) => (rows ?? []).map(([[, second], views]) => [second, views]))
  expect(changes).toEqual([
    [[0, 2]], // published at once
    [[1, 2], [0, 3]], // while second 1 was open one more of second 0 came
    [[2, 1], [0, 4], [1, 3]],
    [[3, 1]],
    [],
    [[5, 1]],
  ]) // prettier-ignore
})

// The cost of a correction is that of the records which came late.
test("a correction costs the late records, never those counted before", async () => {
  let added = 0
  await runBatches({
    batches: [ids(...Array.from({ length: 1_000 }, (_, i) => i / 1_000)), ids(1, 2), ids(0.5), ids(3)],
    read: { time },
    program: (views) => {
      const inTime = views.map(({ at }) => [Math.floor(at), 1])
      const late = views.late().map(({ missed }) => [missed.step, 1])
      const counts = inTime.union(late).runningReduce((a, b) => {
        if (a === 1_000) added++ // the old count of second 0, and what is new
        return a + b
      })
      return counts.changes()
    },
    partitions: 1,
    expected: [[[0, 1_000]], [[1, 1]], [[2, 1], [0, 1_001]], [[3, 1]]],
  }) // prettier-ignore
  expect(added).toBe(1)
})
