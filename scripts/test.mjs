/** `npm test`: sets up, then proves the project. `npm test -- --help` lists the steps. */
import { execFileSync } from "node:child_process"
import fs from "node:fs"
import path from "node:path"
import { npmInstall, root, runMain, say } from "./setup.mjs"
import { outcomeOfTests, runSteps, runTool } from "./run-steps.mjs"
import { runVitest } from "./run-vitest.mjs"

const scratch = path.join(root, ".millrace")

const steps = [
  {
    name: "format",
    about: "every file is laid out as prettier would (npm run format does it)",
    run: () => runTool("format", "prettier", "--check", "--log-level=warn", "."),
  },
  {
    name: "lint",
    about: "oxlint, with the rules that need types",
    run: () => runTool("lint", "oxlint", "--type-aware", "--deny-warnings"),
  },
  {
    name: "types",
    about: "tests, examples and benchmarks compile against the built package",
    run: () => runTool("types", "typescript", "-p", "tsconfig.check.json"),
  },
  {
    name: "unit",
    about: "all tests, on this Node.js",
    run: async () => outcomeOfTests("unit", await runVitest(root, ["--allowOnly=false"])),
  },
  {
    name: "package",
    about: "what npm would publish: publint, and whether its types resolve for users",
    run: checkPackage,
  },
  {
    name: "knip",
    about: "no unused file, export or dependency",
    run: () => runTool("knip", "knip", "--no-progress", "--no-config-hints"),
  },
  { name: "node24", about: "the tests of the built code again, on Node.js 24 (Linux on x64 only)", run: testOnNode24 },
]

runMain(() => runSteps("npm test", steps))

function checkPackage() {
  const folder = path.join(scratch, "package")
  fs.rmSync(folder, { recursive: true, force: true })
  fs.mkdirSync(folder, { recursive: true })
  execFileSync("npm", ["pack", "--ignore-scripts", "--silent", "--pack-destination", folder], {
    cwd: root,
    shell: process.platform === "win32",
    stdio: ["ignore", "ignore", "inherit"],
  })
  const tarball = path.join(folder, fs.readdirSync(folder)[0])
  const results = [
    runTool("package", "publint", "run", "--strict", tarball),
    runTool("package", "@arethetypeswrong/cli", "--profile", "esm-only", tarball),
  ]
  return results.find(({ failed }) => failed.length > 0) ?? results[0]
}

async function testOnNode24() {
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
