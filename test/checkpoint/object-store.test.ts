/** A checkpoint's place in an object store: what it promises of a store that fails, and of two drivers. */
import { S3mini } from "s3mini"
import { afterEach, beforeEach, describe, expect, test } from "vitest"
import type { Clock } from "#src/base/clock.js"
import { Bucket } from "#src/checkpoint/bucket.js"
import { ObjectStore } from "#src/checkpoint/object-store.js"
import { placeContract } from "../contract/place-contract.ts"
import { fauxqsServer } from "../support/fauxqs-server.ts"
import { s3Server } from "../support/s3-server.ts"
import type { Fault, S3Server } from "../support/s3-server.ts"

/** Waits for nothing. */
const clock: Clock = {
  now: () => 0,
  at(_time, fire) {
    const immediate = setImmediate(fire)
    return () => clearImmediate(immediate)
  },
}

type Connected = Pick<S3Server, "endpoint" | "accessKeyId" | "secretAccessKey" | "close">

let runs = 0

const storeIn = (server: Connected, how: { fetch?: typeof fetch; prefix?: string } = {}): Promise<ObjectStore> =>
  ObjectStore.open(
    new Bucket(
      new S3mini({ ...server, region: "auto", fetch: how.fetch ?? fetch }),
      how.prefix ?? "checkpoints/job",
      clock,
    ),
    `run${++runs}`,
  )

describe.each([
  ["the store of these tests", s3Server],
  ["fauxqs", fauxqsServer],
])("in %s", (name, start) => {
  let server: Connected
  afterEach(() => server.close())
  placeContract(name, async () => {
    server = await start()
    return () => storeIn(server)
  })
})

describe("a place in an object store", () => {
  let server: S3Server
  beforeEach(async () => {
    server = await s3Server()
  })
  afterEach(() => server.close())

  const open = (how?: Parameters<typeof storeIn>[1]): Promise<ObjectStore> => storeIn(server, how)
  const append = (store: ObjectStore, file: string, text: string): Promise<void> =>
    store.append(file, [Buffer.from(text)])
  const textOf = async (store: ObjectStore, file: string): Promise<string> => (await store.read(file)).toString()

  const LOST = "MR_CHECKPOINT_IN_USE: Another driver is running with the checkpoints in http"

  describe("of two drivers", () => {
    test("the one that began last has it; the other can change nothing any more", async () => {
      const first = await open()
      await append(first, "a.log", "one ")
      const second = await open()
      await expect(append(first, "a.log", "first")).rejects.toThrow(LOST)
      await expect(first.put("m.bin", Buffer.from("first"))).rejects.toThrow(LOST)
      await expect(first.remove("a.log")).rejects.toThrow(LOST)
      await append(second, "a.log", "two ")
      expect(await textOf(second, "a.log")).toBe("one two ")
      expect(await second.list()).toEqual(["a.log"])
    })

    test("the other learns it however long it was away, whatever was removed meanwhile", async () => {
      const first = await open()
      await append(first, "a-0.log", "first")
      const second = await open()
      for (let i = 1; i <= 20; i++) {
        await append(second, `a-${i}.log`, "second")
        await second.remove(`a-${i - 1}.log`)
      }
      const third = await open()
      await append(third, "a-21.log", "third")
      await third.remove("a-20.log")
      await expect(append(first, "a-0.log", "late")).rejects.toThrow(LOST)
      await expect(append(second, "a-20.log", "late")).rejects.toThrow(LOST)
      expect(await third.list()).toEqual(["a-21.log"])
    })

    test("one that writes on while the other begins keeps it", async () => {
      const first = await open()
      server.fail({ method: "PUT", key: "log/", what: () => append(first, "a.log", "one") })
      await expect(open()).rejects.toThrow(LOST)
      await append(first, "a.log", " two")
      expect(await textOf(first, "a.log")).toBe("one two")
    })

    test("of many that begin at once one does", async () => {
      const outcomes = await Promise.allSettled(Array.from({ length: 10 }, () => open()))
      const begun = outcomes.flatMap((outcome) => (outcome.status === "fulfilled" ? [outcome.value] : []))
      expect(begun.length).toBeGreaterThanOrEqual(1)
      // Some may have begun one after the other: then all but the last have lost it already.
      const written = await Promise.allSettled(begun.map((store, i) => append(store, "a.log", String(i))))
      expect(written.filter(({ status }) => status === "fulfilled")).toHaveLength(1)
    })

    test("another prefix is another place", async () => {
      const [first, second] = [await open(), await open({ prefix: "checkpoints/job-of-another" })]
      await append(first, "a.log", "first")
      await append(second, "a.log", "second")
      expect([await textOf(first, "a.log"), await textOf(second, "a.log")]).toEqual(["first", "second"])
    })
  })

  describe("when the store fails", () => {
    const faults: readonly Fault["what"][] = [
      "InternalError",
      "SlowDown",
      "ConditionalRequestConflict",
      "lost request",
      "lost answer",
      "half an answer",
    ]
    const methods = ["GET", "PUT", "DELETE"] as const
    const each = faults.flatMap((what) => methods.map((method) => [method, what as string] as const))

    test.each(each)("once at a %s with %s, nothing is lost or doubled", async (method, what) => {
      const first = await open()
      for (let after = 1; after <= 6; after++) server.fail({ method, after, what: what as Fault["what"] })
      await append(first, "a.log", "one ")
      await append(first, "a.log", "two ")
      await first.put("m.bin", Buffer.from("put"))
      await first.put("m.bin", Buffer.from("put again"))
      await append(first, "b.log", "gone")
      await first.remove("b.log")
      const second = await open()
      await append(second, "a.log", "three")
      expect(await second.list()).toEqual(["a.log", "m.bin"])
      expect(await textOf(second, "a.log")).toBe("one two three")
      expect(await textOf(second, "m.bin")).toBe("put again")
    })

    test("for good, it says so, and takes no more: nobody knows what the store has", async () => {
      const store = await open()
      for (let i = 0; i < 12; i++) server.fail({ method: "PUT", what: "SlowDown" })
      const failing = append(store, "a.log", "one")
      await expect(failing).rejects.toThrow(/\/bucket\/checkpoints\/job cannot be used: S3 returned 503 – SlowDown$/)
      await expect(append(store, "a.log", "two")).rejects.toThrow("503")
      expect(await (await open()).list()).toEqual([])
    })

    test("because it is not allowed, it says so at once", async () => {
      const forbidden = storeIn({ ...server, accessKeyId: "other" })
      await expect(forbidden).rejects.toThrow(/cannot be used: S3 returned 403 – InvalidAccessKeyId$/)
      expect(server.requests).toHaveLength(1)
    })

    test("because there is no such bucket, it says so", async () => {
      const elsewhere = storeIn({ ...server, endpoint: `${server.endpoint}-of-another` })
      await expect(elsewhere).rejects.toThrow(
        `there is no bucket ${server.endpoint}-of-another; make it, or name another one`,
      )
    })

    test("because somebody has changed an object, it names it", async () => {
      const store = await open()
      await append(store, "a.log", "one")
      const key = [...server.objects.keys()].at(-1)!
      const object = server.objects.get(key)!
      object[object.length - 1]! ^= 1
      await expect(store.read("a.log")).rejects.toThrow(/^the object log\/0000000000000002 of http.* is damaged$/)
    })
  })

  test("many changes at once are few objects", async () => {
    const store = await open()
    const before = server.requests.length
    await Promise.all(Array.from({ length: 500 }, (_, i) => append(store, `${i % 2}.log`, `${Math.floor(i / 2)} `)))
    expect(server.requests.length - before).toBeLessThan(5)
    const expected = Array.from({ length: 250 }, (_, i) => `${i} `).join("")
    expect([await textOf(store, "0.log"), await textOf(store, "1.log")]).toEqual([expected, expected])
  })

  test("what is not needed any more is removed, so that a job of years holds no more objects than one of a day", async () => {
    let store = await open()
    const counts: number[] = []
    for (let i = 1; i <= 200; i++) {
      await append(store, `steps-${i}.log`, "one")
      await append(store, `steps-${i}.log`, "two")
      await store.put(`manifest-${i}.bin`, Buffer.from(String(i)))
      await store.remove(`steps-${i - 2}.log`)
      await store.remove(`manifest-${i - 2}.bin`)
      if (i === 100) store = await open()
      counts.push(server.objects.size)
    }
    expect(Math.max(...counts.slice(100))).toBeLessThanOrEqual(Math.max(...counts.slice(50, 100)) + 1)
    expect(Math.max(...counts)).toBeLessThan(20)
  })

  test("of the objects that runs began with, the newest 64 stay", async () => {
    for (let i = 0; i < 80; i++) await open()
    expect(server.objects.size).toBe(64)
  })

  describe("a driver that dies at any request", () => {
    /** What a driver does, each of which must be whole or not there, in this order. */
    const changes: readonly ((store: ObjectStore) => Promise<void>)[] = [
      (store) => append(store, "a.log", "one "),
      (store) => store.put("m.bin", Buffer.from("first")),
      (store) => append(store, "a.log", "two "),
      (store) => store.put("m.bin", Buffer.from("second")),
      (store) => append(store, "b.log", "three "),
      (store) => store.remove("a.log"),
      (store) => store.remove("m.bin"),
      (store) => append(store, "b.log", "four "),
    ]

    async function contents(store: ObjectStore): Promise<string> {
      const files = await store.list()
      return JSON.stringify(await Promise.all(files.map(async (file) => [file, await textOf(store, file)])))
    }

    /** A client that gets so many requests through, and then none: the last before or after it was done. */
    function dying(left: number, when: "before" | "after"): { fetch: typeof fetch; isDead: () => boolean } {
      let requests = 0
      const dead = new Promise<Response>(() => undefined) // its caller has died, and hears nothing
      return {
        isDead: () => requests > left,
        fetch: async (...args) => {
          if (++requests <= left) return fetch(...args)
          if (requests === left + 1 && when === "after") await fetch(...args)
          onDeath()
          return dead
        },
      }
    }
    let onDeath: () => void

    test.each(["before", "after"] as const)("%s it was done: what was said to be written is there", async (when) => {
      const states: string[] = []
      const undisturbed = await open({ prefix: "undisturbed" })
      for (const change of [() => Promise.resolve(), ...changes]) {
        await change(undisturbed)
        states.push(await contents(undisturbed))
      }
      let deaths = 0
      for (let left = 0; ; left++) {
        const prefix = `${when}-${left}`
        const { fetch, isDead } = dying(left, when)
        let done = 0
        const died = new Promise<void>((resolve) => (onDeath = resolve))
        const living = (async () => {
          const store = await open({ prefix, fetch })
          for (const change of changes) {
            await change(store)
            done++
          }
        })()
        await Promise.race([living, died])
        const found = await contents(await open({ prefix }))
        const isWhole = isDead() ? [states[done], states[done + 1]] : [states[done]]
        expect(isWhole, `${left} requests, ${done} changes`).toContain(found)
        if (!isDead()) break
        deaths++
      }
      expect(deaths).toBeGreaterThanOrEqual(20)
    })
  })
})
