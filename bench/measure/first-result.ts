/** From the command to the first line of a result. */
import { spawn } from "node:child_process"
import { once } from "node:events"
import { readFileSync } from "node:fs"
import { fileURLToPath } from "node:url"

function commandOfPackage(): string {
  const file = import.meta.resolve("millrace/package.json")
  const { bin } = JSON.parse(readFileSync(fileURLToPath(file), "utf8")) as { bin: { millrace: string } }
  return fileURLToPath(new URL(bin.millrace, file))
}

/** Milliseconds. */
export async function timeToFirstResult(program: URL, workers: number): Promise<number> {
  const startedAt = performance.now()
  const args = [commandOfPackage(), "run", fileURLToPath(program), "--workers", String(workers)]
  const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "ignore"] })
  const ended = once(child, "exit")
  const first = await Promise.race([once(child.stdout, "data"), ended.then(() => undefined)])
  const ms = performance.now() - startedAt
  child.kill("SIGINT")
  await ended
  if (first === undefined) throw new Error("the command ended without a result")
  return ms
}
