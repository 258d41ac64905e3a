/** `npm run bench`: sets up, then measures. Arguments after `--` go to the benchmark. */
import { spawn } from "node:child_process"
import path from "node:path"
import { root, runMain, setUp } from "./setup.mjs"

const benchmark = path.join(root, "bench", "main.ts")

runMain(async () => {
  await setUp()
  const child = spawn(process.execPath, ["--import", "tsx", benchmark, ...process.argv.slice(2)], {
    cwd: root,
    stdio: "inherit",
  })
  process.on("SIGINT", () => undefined) // a terminal sends it to the benchmark as well
  process.on("SIGTERM", () => child.kill("SIGTERM"))
  return new Promise((resolve, reject) => {
    child.on("error", reject)
    child.on("exit", (code) => resolve(code ?? 1))
  })
})
