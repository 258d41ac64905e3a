/** What every place of a checkpoint promises, wherever it lies: one suite, run by each of them. */
import { beforeEach, describe, expect, test } from "vitest"
import type { Place } from "#src/checkpoint/place.js"

/** Opens one place, which is empty the first time: once more as after the death of whoever had it. */
export type OpenPlace = () => Promise<Place>

export function placeContract(name: string, newPlace: () => Promise<OpenPlace>): void {
  describe(`${name}: the contract of a place`, () => {
    let open: OpenPlace
    let place: Place

    beforeEach(async () => {
      open = await newPlace()
      place = await open()
    })

    const append = (file: string, ...texts: string[]): Promise<void> =>
      place.append(
        file,
        texts.map((text) => Buffer.from(text)),
      )
    const put = (file: string, text: string): Promise<void> => place.put(file, Buffer.from(text))
    const texts = async (): Promise<Record<string, string>> => {
      const files = await Promise.all((await place.list()).map(async (file) => [file, await place.read(file)] as const))
      return Object.fromEntries(files.map(([file, bytes]) => [file, bytes.toString()]))
    }
    const again = async (): Promise<void> => void (place = await open())

    test("has nothing at first", async () => {
      expect(await place.list()).toEqual([])
      await expect(place.read("a-1.log")).rejects.toThrow("a-1.log")
    })

    test("appends behind what a file has, in order", async () => {
      await append("a-1.log", "one ", "two ")
      await append("a-1.log", "three ", "", "four")
      await append("b-1.log", "other")
      expect(await texts()).toEqual({ "a-1.log": "one two three four", "b-1.log": "other" })
    })

    test("appends to several files at once", async () => {
      const numbers = Array.from({ length: 50 }, (_, i) => `${i} `)
      const appendAll = async (file: string): Promise<void> => {
        for (const number of numbers) await append(file, number)
      }
      await Promise.all(["a-1.log", "b-1.log", "c-1.log"].map(appendAll))
      const all = numbers.join("")
      expect(await texts()).toEqual({ "a-1.log": all, "b-1.log": all, "c-1.log": all })
    })

    test("puts a file, and puts another in its place", async () => {
      await put("m-1.bin", "first, and longer")
      await put("m-2.bin", "other")
      await put("m-1.bin", "second")
      expect(await texts()).toEqual({ "m-1.bin": "second", "m-2.bin": "other" })
    })

    test("keeps every byte", async () => {
      const bytes = Buffer.from(Array.from({ length: 70_000 }, (_, i) => (i * 7) % 256))
      await place.append("a-1.log", [bytes.subarray(0, 1_000), bytes.subarray(1_000)])
      await place.put("m-1.bin", bytes)
      expect((await place.read("a-1.log")).equals(bytes)).toBe(true)
      expect((await place.read("m-1.bin")).equals(bytes)).toBe(true)
    })

    test("removes a file; one that is made again has nothing of it", async () => {
      await append("a-1.log", "one")
      await append("a-2.log", "two")
      await put("m-1.bin", "put")
      for (const file of ["a-1.log", "m-1.bin", "never.log"]) await place.remove(file)
      expect(await texts()).toEqual({ "a-2.log": "two" })
      await append("a-1.log", "anew")
      expect(await texts()).toEqual({ "a-1.log": "anew", "a-2.log": "two" })
    })

    test("has it all when it is opened again, and goes on", async () => {
      await append("a-1.log", "one ")
      await append("a-2.log", "gone")
      await append("a-1.log", "two ")
      await put("m-1.bin", "put")
      await place.remove("a-2.log")
      await place.sync("a-1.log")
      await again()
      expect(await texts()).toEqual({ "a-1.log": "one two ", "m-1.bin": "put" })
      await append("a-1.log", "three")
      await put("m-1.bin", "put again")
      await again()
      expect(await texts()).toEqual({ "a-1.log": "one two three", "m-1.bin": "put again" })
    })

    test("takes names that sort as numbers do, in order", async () => {
      for (const number of [12, 3, 7]) await append(`a-${String(number).padStart(8, "0")}.log`, "x")
      expect(await place.list()).toEqual(["a-00000003.log", "a-00000007.log", "a-00000012.log"])
    })
  })
}
