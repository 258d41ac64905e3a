/**
 * Makes the WebAssembly module of the byte kernels, assembly/, and writes it into dist as a JavaScript
 * module that holds it in base64: what imports it needs no file at run time, wherever the package lies.
 */
import { spawnSync } from "node:child_process"
import { createHash } from "node:crypto"
import fs from "node:fs"
import path from "node:path"

const options = [
  ["--optimizeLevel", "3", "--converge", "--noAssert"],
  // No allocation, no imports but the memory, and nothing of our own below this address in it.
  ["--runtime", "stub", "--use", "abort=", "--importMemory", "--noExportMemory", "--memoryBase", "1024"],
  ["--enable", "simd"],
].flat()

/**
 * Does nothing if the module in dist is of these sources and this compiler.
 * @param {string} project the folder that holds package.json
 * @returns {string | undefined} what the compiler says against the sources, or undefined
 */
export function assembleKernels(project) {
  const sources = path.join(project, "assembly")
  const target = path.join(project, "dist", "compute", "kernel", "assembled.js")
  const compiler = path.join(project, "node_modules", "assemblyscript")
  const key = keyOf(sources, path.join(compiler, "package.json"))
  const heading = `// Made by scripts/assemble-kernels.mjs from ${key}\n`
  if (fs.existsSync(target) && fs.readFileSync(target, "utf8").startsWith(heading)) return undefined

  const module = path.join(project, "dist", ".kernels.wasm")
  fs.mkdirSync(path.dirname(target), { recursive: true })
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [path.join(compiler, "bin", "asc.js"), path.join(sources, "index.ts"), "--outFile", module, ...options],
    { cwd: project, encoding: "utf8" },
  )
  if (status !== 0) return `${stdout}${stderr}`
  const base64 = fs.readFileSync(module).toString("base64")
  fs.rmSync(module)
  fs.writeFileSync(target, `${heading}export const assembled =\n  "${base64}"\n`)
  return undefined
}

function keyOf(sources, compilerPackage) {
  const hash = createHash("sha256").update(JSON.stringify(options))
  hash.update(JSON.parse(fs.readFileSync(compilerPackage, "utf8")).version)
  for (const file of fs.readdirSync(sources).sort()) {
    if (file.endsWith(".ts")) hash.update(`\n${file}\n`).update(fs.readFileSync(path.join(sources, file)))
  }
  return hash.digest("hex")
}
