/** `npm start`: sets up, then runs the page-views demo. Arguments after `--` go to the demo. */
import { spawn } from "node:child_process"
import path from "node:path"
import { root, runMain, setUp } from "./setup.mjs"

const demo = path.join(root, "examples", "page-views", "demo.ts")

runMain(async () => {
  await setUp()
  const child = spawn(process.execPath, ["--import", "tsx", demo, ...process.argv.slice(2)], {
    cwd: root,
    stdio: "inherit",
  })
  // The demo ends by itself and prints its summary; leaving before it would cut that off.
  // Ctrl-C in a terminal reaches the demo without us, and a second one would tell it to hurry.
  process.on("SIGINT", () => process.stdin.isTTY || child.kill("SIGINT"))
  process.on("SIGTERM", () => child.kill("SIGTERM"))
  return new Promise((resolve, reject) => {
    child.on("error", reject)
    child.on("exit", (code) => resolve(code ?? 1))
  })
})
