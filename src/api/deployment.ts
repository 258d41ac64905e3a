/**
 * What a program needs to run in another folder or on another machine: its own files as one module, and the packages
 * they import, each in the version that is installed here.
 *
 * The module imports packages by their names, and `millrace` is whichever copy runs it. What a source file knows of
 * itself (`import.meta.url`, `__dirname` and their kin) is the module's own place: the source file is not there any
 * more, nor is what lay beside it, so every use is a warning.
 *
 * The same files give the same text, wherever they lie.
 */
import type { SourceMapPayload } from "node:module"
import { dirname, join, relative, resolve, sep } from "node:path"
import { MillraceError } from "../base/errors.ts"
import { BundlePositions } from "../base/source-map.ts"
import type { Compiling, PackageImport } from "./compile.ts"
import { compileProgram, ImportFault, packagesOutside, withSourceMap } from "./compile.ts"
import { declaredSource, installedPackage, packageNameOf } from "./installed-package.ts"
import { planProgram } from "./start.ts"

export interface Deployment {
  /** The module's text, with its source map. */
  readonly module: string
  /** The packages that it imports, as a package.json has them; without `millrace`. */
  readonly dependencies: Readonly<Record<string, string>>
  /** What may not work elsewhere: sentences with their places in the program's own files. */
  readonly warnings: readonly string[]
  /** The job does not start without parameters. */
  readonly needsParams: boolean
}

/**
 * @throws MR_NOT_DEPLOYABLE for an import that could not be found elsewhere, and what keeps the job from starting, as
 * far as it can be told before its parameters are known and its sources are opened
 */
export async function deploymentOf(file: string): Promise<Deployment> {
  const needsParams = await tryOut(file)
  const packages = new Packages()
  // Nothing is written there: the map says by its sources how they lie to it.
  const outfile = join(dirname(file), ".built", "job.mjs")
  const plugins = [packagesOutside((wanted) => packages.nameOf(wanted))]
  const { text, map } = await compileProgram(file, { ...AS_DEPLOYED, outfile, plugins })
  const payload = JSON.parse(map) as SourceMapPayload
  return {
    module: withSourceMap(text, JSON.stringify({ ...payload, sources: namesOf(payload.sources, dirname(outfile)) })),
    dependencies: packages.dependencies(),
    warnings: [...usesOfPlace(text, new BundlePositions(outfile, payload, {})), ...packages.warnings],
    needsParams,
  }
}

/** Loads the program and builds its graph, which opens no source. True if that needs parameters. */
async function tryOut(file: string): Promise<boolean> {
  try {
    await planProgram(file, {})
    return false
  } catch (error) {
    if (error instanceof MillraceError && error.code === "MR_PARAMS_INVALID") return true
    throw error
  }
}

interface Imported {
  readonly version: string
  /** What a package.json says to get it. */
  readonly wanted: string
  /** The first file that imports it. */
  readonly importer: string
}

/** The packages that are imported, by name. */
class Packages {
  readonly warnings: string[] = []
  readonly #imported = new Map<string, Imported>()

  /** The name under which the module imports a package: its own. */
  nameOf({ specifier, importer, path }: PackageImport): string | ImportFault {
    if (path === undefined) return specifier // millrace
    const { name, folder, version } = installedPackage(path)
    if (name !== packageNameOf(specifier)) {
      return new ImportFault(`"${specifier}" leads to the package "${name}", so import that by its own name`)
    }
    if (version === undefined) {
      return new ImportFault(`the package "${name}" has no version in ${join(folder, "package.json")}`)
    }
    const before = this.#imported.get(name)
    if (before === undefined)
      this.#imported.set(name, { version, importer, wanted: this.#wanted(name, version, importer) })
    else if (before.version !== version) {
      return new ImportFault(
        `"${name}" is ${version} here but ${before.version} for ${before.importer}, and one module has only one; use the same for both`,
      )
    }
    return specifier
  }

  dependencies(): Record<string, string> {
    const inOrder = [...this.#imported].sort(([a], [b]) => (a < b ? -1 : 1))
    return Object.fromEntries(inOrder.map(([name, { wanted }]) => [name, wanted]))
  }

  #wanted(name: string, version: string, importer: string): string {
    const source = declaredSource(name, importer)
    if (source === undefined) return version
    if (IS_ANYWHERE.test(source)) return source
    if (IS_A_PATH.test(source)) {
      this.warnings.push(
        `the package "${name}" was installed from ${source}, but in the built package.json it is ${version}, which npm looks for in its registry`,
      )
    }
    return version
  }
}

/** Where a package comes from, if not from the registry: from a place that another machine can reach too, or not. */
const IS_ANYWHERE = /^(?:git|https?|ssh|github|gitlab|bitbucket|gist)[:+]|^[\w-][\w.-]*\/[\w.-]+(?:#.*)?$/
const IS_A_PATH = /^(?:file|link|portal):|^[.~]?[.]?[\\/]/

/** The sources' names from the folder that has them all: what an error's place is said by, below the module's folder. */
function namesOf(sources: readonly string[], from: string): string[] {
  const paths = sources.map((source) => resolve(from, source))
  const folder = paths.map(dirname).reduce(commonFolder)
  return paths.map((path) => relative(folder, path).replaceAll(sep, "/"))
}

function commonFolder(a: string, b: string): string {
  let folder = a
  while (folder !== b && !b.startsWith(folder.endsWith(sep) ? folder : folder + sep)) folder = dirname(folder)
  return folder
}

/** Names that stand for the module's place, and what a source file calls them. */
const PLACES: Readonly<Record<string, string>> = {
  __bundle_url: "import.meta.url",
  __bundle_dirname: "import.meta.dirname or __dirname",
  __bundle_filename: "import.meta.filename or __filename",
}

const BANNER = `import { createRequire as __bundle_require } from "node:module"; const __bundle_url = import.meta.url, __bundle_dirname = import.meta.dirname, __bundle_filename = import.meta.filename, require = __bundle_require(__bundle_url);`

const AS_DEPLOYED: Omit<Compiling, "outfile" | "plugins"> = {
  banner: { js: BANNER },
  define: {
    "import.meta.url": "__bundle_url",
    "import.meta.dirname": "__bundle_dirname",
    "import.meta.filename": "__bundle_filename",
    __dirname: "__bundle_dirname",
    __filename: "__bundle_filename",
  },
  // Places need no more than the positions; the program's text stays where it is.
  sourcesContent: false,
}

function usesOfPlace(text: string, positions: BundlePositions): string[] {
  return text.split("\n").flatMap((line, row) =>
    row === 0 // the banner
      ? []
      : [...line.matchAll(/\b__bundle_(?:url|dirname|filename)\b/g)].map(({ 0: name, index }) => {
          const place = positions.placeOf(row + 1, index + 1)
          return `${place} uses ${PLACES[name]}, which in the built module is the module's own place: what lies beside the source file is not there`
        }),
  )
}
