import { from } from "millrace"
import { expect, test } from "vitest"
import { Block } from "#src/block/block.js"
import { showBlockName } from "#src/block/block-name.js"
import { makeBlock } from "#src/block/make-block.js"
import { StepLog } from "#src/checkpoint/step-log.js"
import { BlockStore } from "#src/driver/block-store.js"
import { TableRows } from "#src/driver/table-rows.js"
import { TaskMessages } from "#src/driver/task-message.js"
import type { RunCommand } from "#src/schedule/events.js"
import type { TaskMessage } from "#src/wire/messages.js"
import { planOf } from "../plan-of.ts"
import { ManualClock } from "./manual-clock.ts"

const [MAP, REDUCE, WINDOW] = [0, 1, 2]

const plan = planOf(({ readStream }) => {
  readStream(from<[string, number]>(() => []))
    .reduceByKey((a, b) => a + b)
    .window("2s")
    .output("out")
})

/** Messages of tasks that are sent off together. The one row of a block says which it is. */
function messages(): TaskMessages {
  const [log, store] = [new StepLog(undefined, 1), new BlockStore()]
  for (const step of [7, 8]) {
    log.append({ kind: "step", step, cuts: [] })
    for (const stage of [MAP, REDUCE]) {
      for (const partition of [0, 1]) {
        const name = { stage, step, partition }
        store.put(name, makeBlock("pairs", [["name"], [showBlockName(name)]], [0, 1]))
      }
    }
  }
  const tables = new TableRows([], {
    clock: new ManualClock(),
    params: undefined,
    failed: () => undefined,
    loaded: () => undefined,
  })
  return new TaskMessages(plan, log, store, tables)
}

const command = (stage: number, step: number, partition: number): RunCommand => {
  return { kind: "run", attempt: 1, worker: "w1", table: undefined, stage, step, partition }
}

const readBy = ({ branches }: TaskMessage): unknown[] =>
  branches[0]![0]!.blocks.map(({ block }) => new Block(block).column(1).at(0))

const names = (stage: number, ...of: (readonly [step: number, partition: number])[]): string[] =>
  of.map(([step, partition]) => showBlockName({ stage, step, partition }))

test("tasks of a step that read the same are given the same object", () => {
  const sent = messages()
  const [first, second] = [sent.of(command(REDUCE, 7, 0)), sent.of(command(REDUCE, 7, 1))]
  expect(readBy(first)).toEqual(names(MAP, [7, 0], [7, 1]))
  expect(second.branches[0]![0]).toBe(first.branches[0]![0])
})

test("those of another step, and those that read their own partition, are given what is theirs", () => {
  const sent = messages()
  sent.of(command(REDUCE, 7, 0))
  expect(readBy(sent.of(command(REDUCE, 8, 0)))).toEqual(names(MAP, [8, 0], [8, 1]))
  expect(readBy(sent.of(command(WINDOW, 8, 0)))).toEqual(names(REDUCE, [7, 0], [8, 0]))
  expect(readBy(sent.of(command(WINDOW, 8, 1)))).toEqual(names(REDUCE, [7, 1], [8, 1]))
})
