/** A checkpoint's place on a disk. */
import fs from "node:fs"
import os from "node:os"
import path from "node:path"
import { onTestFinished } from "vitest"
import { Folder } from "#src/checkpoint/folder.js"
import { placeContract } from "../contract/place-contract.ts"

placeContract("a folder", async () => {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "test-place-"))
  const opened: Folder[] = []
  onTestFinished(async () => {
    for (const place of opened) await place.close()
    fs.rmSync(folder, { recursive: true })
  })
  return async () => {
    opened.push(new Folder(folder))
    return opened.at(-1)!
  }
})
