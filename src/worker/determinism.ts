/**
 * While a task runs, time and randomness are the step's: the argument-less `Date`, `Date.now` and `performance.now`
 * give the end of the step, `Math.random`, `crypto.randomUUID` and `crypto.getRandomValues` are seeded by the task.
 * So a task that is run again gives the same block.
 */
import type { Random } from "../base/random.ts"
import { randomOf } from "../base/random.ts"

export interface TaskSeed {
  readonly stage: number
  readonly step: number
  readonly partition: number
  readonly end: number
}

const real = {
  Date: globalThis.Date,
  performanceNow: performance.now.bind(performance),
  random: Math.random,
  randomUUID: crypto.randomUUID.bind(crypto),
  getRandomValues: crypto.getRandomValues.bind(crypto),
}

let current: { readonly end: number; readonly random: Random } | undefined
let asked = 0

/** How often tasks of this process have asked for time or randomness so far. */
export const timesAsked = (): number => asked

/** The task that asks; undefined outside of one. */
function askingTask(): typeof current {
  asked++
  return current
}

/** Runs `f` with the task's time and randomness. The stand-ins must be installed. */
export function duringTask<T>(job: string, { stage, step, partition, end }: TaskSeed, f: () => T): T {
  const outer = current
  current = { end, random: randomOf(job, stage, step, partition) }
  try {
    return f()
  } finally {
    current = outer
  }
}

/** What is replaced: the object, the property, what stands in for it. */
const standIns: readonly (readonly [object, string, () => unknown])[] = [
  [globalThis, "Date", () => TaskDate],
  [performance, "now", () => () => askingTask()?.end ?? real.performanceNow()],
  [Math, "random", () => () => (askingTask()?.random ?? real.random)()],
  [crypto, "randomUUID", () => taskUUID],
  [crypto, "getRandomValues", () => taskRandomValues],
]

/**
 * Puts the stand-ins in place; outside a task they do what the originals do. The function given back puts back what was
 * there before, which may be a stand-in of somebody else's: a test's fake clock.
 */
export function installDeterminism(): () => void {
  const before = standIns.map(([object, name]) => Object.getOwnPropertyDescriptor(object, name))
  for (const [object, name, standIn] of standIns) {
    Object.defineProperty(object, name, { value: standIn(), writable: true, configurable: true })
  }
  return () => {
    standIns.forEach(([object, name], index) => {
      const descriptor = before[index]
      if (descriptor === undefined) Reflect.deleteProperty(object, name)
      else Object.defineProperty(object, name, descriptor)
    })
  }
}

// A proxy, so that instanceof, subclasses and dates with arguments work as ever.
const TaskDate: DateConstructor = new Proxy(real.Date, {
  construct(target, args: unknown[], newTarget) {
    const end = args.length === 0 ? askingTask()?.end : undefined
    return Reflect.construct(target, end === undefined ? args : [end], newTarget) as object
  },
  apply(target) {
    const task = askingTask()
    return task === undefined ? target() : new target(task.end).toString()
  },
  get: (target, property, receiver) =>
    property === "now" ? stepNow : (Reflect.get(target, property, receiver) as unknown),
})

const stepNow = (): number => askingTask()?.end ?? real.Date.now()

function taskRandomValues<T extends ArrayBufferView | null>(array: T): T {
  const task = askingTask()
  if (task === undefined || array === null) return real.getRandomValues(array as never)
  const bytes = new Uint8Array(array.buffer, array.byteOffset, array.byteLength)
  for (let i = 0; i < bytes.length; i++) bytes[i] = task.random() * 256
  return array
}

function taskUUID(): `${string}-${string}-${string}-${string}-${string}` {
  if (current === undefined) return real.randomUUID()
  const bytes = taskRandomValues(new Uint8Array(16))
  bytes[6] = (bytes[6]! & 0x0f) | 0x40
  bytes[8] = (bytes[8]! & 0x3f) | 0x80
  const hex = Buffer.from(bytes).toString("hex")
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`
}
