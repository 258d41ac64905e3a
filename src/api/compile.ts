/**
 * Compiles a program's own files to one module; what they import from packages stays outside, under a name that whoever
 * compiles gives it.
 */
import { statSync } from "node:fs"
import { isBuiltin } from "node:module"
import { dirname, resolve, sep } from "node:path"
import type { BuildFailure, BuildOptions, ImportKind, Message, OnResolveArgs, OnResolveResult, Plugin } from "esbuild"
import { messageOf, refuse } from "../base/errors.ts"

/** What differs between the bundle of a run and one that is built to be deployed. */
export type Compiling = Required<Pick<BuildOptions, "outfile" | "banner" | "define" | "sourcesContent" | "plugins">>

export interface Compiled {
  readonly text: string
  /** The source map, as JSON. Its sources are relative to the folder of `outfile`. */
  readonly map: string
}

/** An import of a package, or of `millrace`, by one of the program's own files. */
export interface PackageImport {
  /** As written: "valibot", "@scope/name/part". */
  readonly specifier: string
  readonly kind: ImportKind
  /** The file that imports it. */
  readonly importer: string
  /** The file it leads to; undefined for `millrace`, which is not looked for. */
  readonly path: string | undefined
}

/** Why an import cannot be kept; the compiler adds its place. */
export class ImportFault {
  readonly text: string

  constructor(text: string) {
    this.text = text
  }
}

/** @throws MR_FILE_MISSING, MR_FILE_NOT_COMPILED, MR_NOT_DEPLOYABLE */
export async function compileProgram(file: string, compiling: Compiling): Promise<Compiled> {
  if (statSync(file, { throwIfNoEntry: false })?.isFile() !== true) throw refuse("MR_FILE_MISSING", { file })
  const { build, stop } = await import("esbuild")
  const root = dirname(file)
  compilingNow++
  try {
    const { outputFiles } = await build({
      ...compiling,
      entryPoints: [file],
      // Whatever folder the command runs in, the same files give the same text.
      absWorkingDir: root,
      bundle: true,
      write: false,
      format: "esm",
      platform: "node",
      target: "node20",
      sourcemap: "external",
      keepNames: false,
      logLevel: "silent",
    })
    const endingIn = (ending: string): string => outputFiles.find(({ path }) => path.endsWith(ending))!.text
    return { text: endingIn(".mjs"), map: endingIn(".map") }
  } catch (error) {
    throw explained(error, file, root)
  } finally {
    if (--compilingNow === 0) await stop()
  }
}

/** How many modules are being compiled. The compiler is a process of its own, which is let go of with the last of them. */
let compilingNow = 0

function explained(error: unknown, file: string, root: string): Error {
  if (!isBuildFailure(error)) return refuse("MR_FILE_NOT_COMPILED", { file, problems: [messageOf(error)] })
  const problems = [...new Set(error.errors.map((message) => showMessage(message, root)))]
  const areOurs = error.errors.every(({ detail }) => detail instanceof ImportFault)
  return refuse(areOurs ? "MR_NOT_DEPLOYABLE" : "MR_FILE_NOT_COMPILED", { file, problems })
}

const isBuildFailure = (error: unknown): error is BuildFailure =>
  error instanceof Error && Array.isArray((error as Partial<BuildFailure>).errors)

const showMessage = ({ text, location }: Message, root: string): string =>
  location === null ? text : `${resolve(root, location.file)}:${location.line}:${location.column + 1}: ${text}`

/** The module as it is written: its map in its last line. */
export const withSourceMap = (text: string, map: string): string =>
  `${text}\n//# sourceMappingURL=data:application/json;base64,${Buffer.from(map).toString("base64")}\n`

/**
 * Leaves packages outside. `nameOf` gives the name under which the module imports one, why it cannot, or undefined for
 * an import of `millrace` that is to be looked for like any other.
 */
export function packagesOutside(nameOf: (wanted: PackageImport) => string | ImportFault | undefined): Plugin {
  const outside = (wanted: PackageImport): OnResolveResult | undefined => {
    const name = nameOf(wanted)
    if (name === undefined) return undefined
    if (name instanceof ImportFault) return { errors: [{ text: name.text, detail: name }] }
    return { path: name, external: true }
  }
  const lookedFor = Symbol("looked for by us")
  return {
    name: "packages-outside",
    setup(build) {
      const resolveBare = async (args: OnResolveArgs): Promise<OnResolveResult | undefined> => {
        const { path: specifier, importer, namespace, resolveDir, kind } = args
        if (kind === "entry-point" || args.pluginData === lookedFor) return undefined
        if (isBuiltin(specifier)) return { path: specifier, external: true }
        const ours = IS_MILLRACE.test(specifier) ? outside({ specifier, kind, importer, path: undefined }) : undefined
        if (ours !== undefined) return ours
        const found = await build.resolve(specifier, { importer, namespace, resolveDir, kind, pluginData: lookedFor })
        if (found.errors.length > 0 || !found.path.includes(`${sep}node_modules${sep}`)) return found
        return outside({ specifier, kind, importer, path: found.path })
      }
      build.onResolve({ filter: /^[^./]/ }, resolveBare)
    },
  }
}

const IS_MILLRACE = /^millrace(?:\/|$)/
