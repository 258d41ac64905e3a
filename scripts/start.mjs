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
  handSignalsTo(child)
  // The demo ends by itself and prints its summary; leaving before it would cut that off.
  return new Promise((resolve, reject) => {
    child.on("error", reject)
    child.on("exit", (code) => resolve(code ?? 1))
  })
})

function handSignalsTo(child) {
  // Ctrl-C in a terminal reaches the demo without us; a second one would tell it to hurry.
  process.on("SIGINT", () => process.stdin.isTTY || child.kill("SIGINT"))
  process.on("SIGTERM", () => child.kill("SIGTERM"))
  if (process.env.npm_lifecycle_event !== undefined) endWithParent(child)
}

/** SIGTERM sent to npm ends npm and its shell but not us; all we see is that another process is now our parent. */
function endWithParent(child) {
  const parent = process.ppid
  const watch = setInterval(() => {
    if (process.ppid === parent) return
    clearInterval(watch)
    child.kill("SIGTERM")
  }, 250)
  watch.unref()
}
