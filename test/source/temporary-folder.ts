/** A folder for one test, with what it puts there. */
import fs from "node:fs"
import os from "node:os"
import path from "node:path"
import { onTestFinished } from "vitest"

export class TemporaryFolder {
  readonly path: string = fs.mkdtempSync(path.join(fs.realpathSync(os.tmpdir()), "millrace-files-"))

  constructor() {
    onTestFinished(() => this.close())
  }

  /** The path of what has this name in it. */
  at(name: string): string {
    return path.join(this.path, name)
  }

  /** Writes a file in place, as a careless program does. */
  write(name: string, content: string | Uint8Array): string {
    fs.writeFileSync(this.at(name), content)
    return this.at(name)
  }

  /** Writes a file under another name and renames it, as a program should. */
  put(name: string, content: string | Uint8Array): string {
    fs.renameSync(this.write(`.${name}.tmp`, content), this.at(name))
    return this.at(name)
  }

  append(name: string, content: string): void {
    fs.appendFileSync(this.at(name), content)
  }

  rename(from: string, to: string): void {
    fs.renameSync(this.at(from), this.at(to))
  }

  remove(name: string): void {
    fs.rmSync(this.at(name), { recursive: true })
  }

  /** The names of its files that this process has open. Linux only. */
  get opened(): string[] {
    return fs.readdirSync("/proc/self/fd").flatMap((fd) => {
      const link = `/proc/self/fd/${fd}`
      if (!fs.existsSync(link)) return [] // the one that listed them, or the file is gone
      const file = fs.readlinkSync(link)
      return file.startsWith(this.path) ? [path.basename(file)] : []
    })
  }

  close(): void {
    fs.rmSync(this.path, { recursive: true, force: true })
  }
}
