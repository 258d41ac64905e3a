import fs from "node:fs"
import path from "node:path"
import { describe, expect, test } from "vitest"
import { namesIn, writeWhole } from "#src/cli/whole-folder.js"
import { scratch } from "../end-to-end/command.ts"

/** Every file below a folder, with its text. */
function treeOf(folder: string): Record<string, string> {
  const files = fs.readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => !entry.isDirectory())
  const paths = files.map((entry) => path.join(entry.parentPath, entry.name)).sort()
  return Object.fromEntries(paths.map((file) => [path.relative(folder, file), fs.readFileSync(file, "utf8")]))
}

describe("a folder that does not exist", () => {
  test("appears with all its files, and nothing else does", async () => {
    const root = scratch()
    await writeWhole(path.join(root, "a", "b", "new"), { one: "1", ".two": "2" }, false)
    expect(treeOf(root)).toEqual({ "a/b/new/one": "1", "a/b/new/.two": "2" })
  })

  test("may be read by whoever may read what people make", async () => {
    const root = scratch()
    await writeWhole(path.join(root, "new"), { one: "1" }, false)
    fs.mkdirSync(path.join(root, "by-hand"))
    const modeOf = (name: string): number => fs.statSync(path.join(root, name)).mode
    expect(modeOf("new")).toBe(modeOf("by-hand"))
  })

  test("does not appear if one of its files cannot be written, nor do the folders on its way", async () => {
    const root = scratch()
    const files = { one: "1", "no-such-folder/two": "2" }
    await expect(writeWhole(path.join(root, "a", "new"), files, false)).rejects.toThrow(/^MR_FOLDER_NOT_WRITTEN: /)
    expect(fs.readdirSync(root)).toEqual([])
  })
})

describe("a folder that exists", () => {
  test("gets the files in place of those of their names, and keeps the others; it stays the same folder", async () => {
    const root = scratch()
    fs.writeFileSync(path.join(root, "one"), "old")
    fs.writeFileSync(path.join(root, "mine"), "mine")
    const { ino } = fs.statSync(root)
    await writeWhole(root, { one: "1", two: "2" }, true)
    expect(treeOf(root)).toEqual({ one: "1", two: "2", mine: "mine" })
    expect(fs.statSync(root).ino).toBe(ino)
  })

  test("is as it was if one of the files cannot be placed, those before it are taken back", async () => {
    const root = scratch()
    fs.writeFileSync(path.join(root, "one"), "old")
    fs.mkdirSync(path.join(root, "three"))
    fs.writeFileSync(path.join(root, "three", "deep"), "deep")
    const before = treeOf(root)
    // A file cannot take the place of a folder.
    const error = writeWhole(root, { one: "1", two: "2", three: "3" }, true)
    await expect(error).rejects.toThrow(/^MR_FOLDER_NOT_WRITTEN: /)
    expect(treeOf(root)).toEqual(before)
    expect(fs.readdirSync(root).sort()).toEqual(["one", "three"])
  })

  test("is as it was, links included, if one of the files cannot be placed", async () => {
    const root = scratch()
    fs.symlinkSync("nowhere", path.join(root, "link"))
    fs.mkdirSync(path.join(root, "taken"))
    await expect(writeWhole(root, { link: "1", taken: "2" }, true)).rejects.toThrow(/^MR_FOLDER_NOT_WRITTEN: /)
    expect(fs.readlinkSync(path.join(root, "link"))).toBe("nowhere")
  })
})

describe("what is in a folder", () => {
  test("is a list of names, or nothing if it does not exist", async () => {
    const root = scratch()
    fs.writeFileSync(path.join(root, "b"), "")
    fs.writeFileSync(path.join(root, "a"), "")
    expect(await namesIn(root)).toEqual(["a", "b"])
    expect(await namesIn(path.join(root, "c"))).toBeUndefined()
  })

  test("of a file is refused, and so is what lies below one", async () => {
    const file = path.join(scratch(), "file")
    fs.writeFileSync(file, "")
    await expect(namesIn(file)).rejects.toThrow(/^MR_FOLDER_TAKEN: .* is a file, /)
    const below = path.join(file, "below")
    await expect(namesIn(below)).rejects.toThrow(
      `MR_FOLDER_NOT_WRITTEN: ${below} cannot be written (something on its path is a file)`,
    )
  })
})
