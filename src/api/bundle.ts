/**
 * Makes one module of a program's own files, which driver and workers both load.
 *
 * A bare import that leads into node_modules becomes an absolute file URL, found from the importing file, so native
 * addons and packages of any format load as ever; `millrace` is always the running copy; `import.meta.url`,
 * `__dirname` and `__filename` stay those of the source file.
 */
import { createHash } from "node:crypto"
import { rmSync } from "node:fs"
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises"
import type { SourceMapPayload } from "node:module"
import { tmpdir } from "node:os"
import { dirname, join } from "node:path"
import { pathToFileURL } from "node:url"
import type { Loader, OnLoadResult, Plugin } from "esbuild"
import { BundlePositions } from "../base/source-map.ts"
import type { Compiling, PackageImport } from "./compile.ts"
import { compileProgram, packagesOutside, withSourceMap } from "./compile.ts"

export interface Bundle {
  /** URL of the module. */
  readonly module: string
  /** Hash of its text. */
  readonly hash: string
  readonly positions: BundlePositions
  /** Removes the module's file. */
  remove(): Promise<void>
}

/** @throws MR_FILE_MISSING, MR_FILE_NOT_COMPILED */
export async function bundleProgram(file: string): Promise<Bundle> {
  const directory = await mkdtemp(join(tmpdir(), "millrace-"))
  const path = join(directory, "job.mjs")
  if (directories.size === 0) process.on("exit", removeAll)
  directories.add(directory)
  const remove = async (): Promise<void> => {
    await rm(directory, { recursive: true, force: true })
    directories.delete(directory)
    if (directories.size === 0) process.removeListener("exit", removeAll)
  }
  try {
    const { text, map } = await compileProgram(file, { outfile: path, ...AS_RUN })
    await writeFile(path, withSourceMap(text, map))
    const hash = createHash("sha256").update(text).digest("hex")
    const positions = new BundlePositions(path, JSON.parse(map) as SourceMapPayload, importedNames)
    return { module: pathToFileURL(path).href, hash, positions, remove }
  } catch (error) {
    await remove()
    throw error
  }
}

/** Where bundles lie now: a process may end with its job running, by an exit() of the program's for one. */
const directories = new Set<string>()

function removeAll(): void {
  for (const directory of directories) rmSync(directory, { recursive: true, force: true })
}

const RUNNING_COPY: Readonly<Record<string, string>> = {
  millrace: new URL("../index.js", import.meta.url).href,
  "millrace/testing": new URL("../testing/index.js", import.meta.url).href,
}

const importedNames = Object.fromEntries(Object.entries(RUNNING_COPY).map(([name, url]) => [url, name]))

function whereItLies({ specifier, kind, path }: PackageImport): string | undefined {
  if (path === undefined) return RUNNING_COPY[specifier]
  return kind === "require-call" ? path : pathToFileURL(path).href
}

/** Names that stand for what a source file knows of itself. */
const META = { url: "__millrace_url", dirname: "__millrace_dirname", filename: "__millrace_filename" }
const USES_META = /\bimport\.meta\b|\b__dirname\b|\b__filename\b/

const filesKnowThemselves: Plugin = {
  name: "files-know-themselves",
  setup(build) {
    build.onLoad({ filter: /\.[cm]?[jt]sx?$/, namespace: "file" }, ({ path }) => loadOwn(path))
  },
}

/** The file with its own name in its first line, if it asks for it. */
async function loadOwn(path: string): Promise<OnLoadResult | undefined> {
  const text = await readFile(path, "utf8")
  if (!USES_META.test(text)) return undefined
  const says = `const ${META.url} = ${JSON.stringify(pathToFileURL(path).href)}, ${META.dirname} = ${JSON.stringify(dirname(path))}, ${META.filename} = ${JSON.stringify(path)};`
  const shebang = /^#!.*\n/.exec(text)?.[0] ?? ""
  const loader = /\.[cm]?([jt]sx?)$/.exec(path)![1] as Loader
  return { contents: `${shebang}${says}${text.slice(shebang.length)}`, loader }
}

const AS_RUN: Omit<Compiling, "outfile"> = {
  // A module has no require of its own, which CommonJS files of the program's call.
  banner: {
    js: `import { createRequire as __millrace_require } from "node:module"; const require = __millrace_require(import.meta.url);`,
  },
  define: {
    "import.meta.url": META.url,
    "import.meta.dirname": META.dirname,
    "import.meta.filename": META.filename,
    __dirname: META.dirname,
    __filename: META.filename,
  },
  sourcesContent: true,
  plugins: [packagesOutside(whereItLies), filesKnowThemselves],
}
