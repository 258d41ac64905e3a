/** `npm test`: sets up, then proves the project. `npm test -- --help` lists the steps. */
import { execFileSync } from "node:child_process"
import fs from "node:fs"
import path from "node:path"
import { root, runMain } from "./setup.mjs"
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
