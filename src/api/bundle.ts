/**
 * Makes one module of a program's own files, which driver and workers both load.
 *
 * A bare import that leads into node_modules becomes an absolute file URL, found from the importing file, so native
 * addons and packages of any format load as ever; `millrace` is always the running copy; `import.meta.url`,
 * `__dirname` and `__filename` stay those of the source file.
 */
import { createHash } from "node:crypto"
import { existsSync, rmSync } from "node:fs"
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises"
import { isBuiltin } from "node:module"
import type { SourceMapPayload } from "node:module"
import { tmpdir } from "node:os"
import { dirname, join, resolve, sep } from "node:path"
import { pathToFileURL } from "node:url"
import type {
  BuildFailure,
  Loader,
  Message,
  OnLoadResult,
  OnResolveArgs,
  OnResolveResult,
  Plugin,
  PluginBuild,
} from "esbuild"
import { messageOf, refuse } from "../base/errors.ts"
import { BundlePositions } from "../base/source-map.ts"

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
  if (!existsSync(file)) throw refuse("MR_FILE_MISSING", { file })
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
    const { text, map } = await compile(file, path)
    await writeFile(
      path,
      `${text}\n//# sourceMappingURL=data:application/json;base64,${Buffer.from(map).toString("base64")}\n`,
    )
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

/** Bundles being made now. The compiler is a process of its own, which is let go of with the last of them. */
let compiling = 0

async function compile(file: string, outfile: string): Promise<{ text: string; map: string }> {
  const { build, stop } = await import("esbuild")
  compiling++
  try {
    const { outputFiles } = await build({
      entryPoints: [file],
      outfile,
      bundle: true,
      write: false,
      format: "esm",
      platform: "node",
      target: "node20",
      sourcemap: "external",
      keepNames: false,
      logLevel: "silent",
      banner: { js: REQUIRE },
      define: {
        "import.meta.url": META.url,
        "import.meta.dirname": META.dirname,
        "import.meta.filename": META.filename,
        __dirname: META.dirname,
        __filename: META.filename,
      },
      plugins: [ownFiles],
    })
    const text = outputFiles.find((output) => output.path === outfile)!.text
    return { text, map: outputFiles.find((output) => output.path.endsWith(".map"))!.text }
  } catch (error) {
    const problems = isBuildFailure(error) ? error.errors.map(showMessage) : [messageOf(error)]
    throw refuse("MR_FILE_NOT_COMPILED", { file, problems })
  } finally {
    if (--compiling === 0) await stop()
  }
}

const isBuildFailure = (error: unknown): error is BuildFailure =>
  error instanceof Error && Array.isArray((error as Partial<BuildFailure>).errors)

const showMessage = ({ text, location }: Message): string =>
  location === null ? text : `${resolve(location.file)}:${location.line}:${location.column + 1}: ${text}`

/** What a CommonJS file of the program's calls `require`, which a module has none of. */
const REQUIRE = `import { createRequire as __millrace_require } from "node:module"; const require = __millrace_require(import.meta.url);`
/** Names that stand for what a source file knows of itself. */
const META = { url: "__millrace_url", dirname: "__millrace_dirname", filename: "__millrace_filename" }
const USES_META = /\bimport\.meta\b|\b__dirname\b|\b__filename\b/
const RUNNING_COPY: Readonly<Record<string, string>> = {
  millrace: new URL("../index.js", import.meta.url).href,
  "millrace/testing": new URL("../testing/index.js", import.meta.url).href,
}

const importedNames = Object.fromEntries(Object.entries(RUNNING_COPY).map(([name, url]) => [url, name]))

const ownFiles: Plugin = {
  name: "own-files",
  setup(build) {
    build.onResolve({ filter: /^[^./]/ }, (args) => resolveBare(build, args))
    build.onLoad({ filter: /\.[cm]?[jt]sx?$/, namespace: "file" }, ({ path }) => loadOwn(path))
  },
}

async function resolveBare(build: PluginBuild, args: OnResolveArgs): Promise<OnResolveResult | undefined> {
  if (args.kind === "entry-point" || args.pluginData === ownFiles) return undefined
  const running = RUNNING_COPY[args.path]
  if (running !== undefined) return { path: running, external: true }
  if (isBuiltin(args.path)) return { path: args.path, external: true }
  const { path, importer, namespace, resolveDir, kind } = args
  const found = await build.resolve(path, { importer, namespace, resolveDir, kind, pluginData: ownFiles })
  if (found.errors.length > 0 || !found.path.includes(`${sep}node_modules${sep}`)) return found
  return { path: args.kind === "require-call" ? found.path : pathToFileURL(found.path).href, external: true }
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
