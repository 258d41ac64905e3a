/** The tests once more, on the newest Node.js that is supported for long. */
import fs from "node:fs"
import path from "node:path"
import { outcomeOfTests } from "./run-steps.mjs"
import { runVitest } from "./run-vitest.mjs"
import { npmInstall, root, say } from "./setup.mjs"

const scratch = path.join(root, ".millrace")

export async function testOnNode24() {
  if (process.platform !== "linux" || process.arch !== "x64") {
    const reason = `node24 (the Node.js it runs on is packaged for Linux on x64, this is ${process.platform}-${process.arch})`
    return { passed: 0, failed: [], skipped: [reason] }
  }
  const node = installNode24()
  const report = await runVitest(root, ["--allowOnly=false"], {
    node,
    // Tests that start a process start the same Node, by its path or by its name.
    env: { MILLRACE_SECOND_PASS: "1", PATH: `${path.dirname(node)}${path.delimiter}${process.env.PATH}` },
  })
  return outcomeOfTests("node24", report)
}

/** In a folder of its own: among our dependencies its command would come before the user's Node in every npm script. */
function installNode24() {
  const folder = path.join(scratch, "node24")
  const node = path.join(folder, "node_modules", "node24", "bin", "node")
  const files = ["package.json", "package-lock.json"]
  const sourceOf = (file) => fs.readFileSync(path.join(root, "scripts", "node24", file), "utf8")
  const isCurrent = (file) =>
    fs.existsSync(path.join(folder, file)) && fs.readFileSync(path.join(folder, file), "utf8") === sourceOf(file)
  if (fs.existsSync(node) && files.every(isCurrent)) return node
  say("installing Node.js 24 for the second pass…")
  fs.rmSync(folder, { recursive: true, force: true })
  fs.mkdirSync(folder, { recursive: true })
  for (const file of files) fs.writeFileSync(path.join(folder, file), sourceOf(file))
  npmInstall(folder)
  return node
}
