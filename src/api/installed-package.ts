/** Which installed package an import leads to, and what a package.json elsewhere must say to get the same. */
import { existsSync, readFileSync } from "node:fs"
import { dirname, join, sep } from "node:path"

export interface InstalledPackage {
  /** The name by which it is imported: that of its folder in node_modules. */
  readonly name: string
  readonly folder: string
  /** What stands behind its name among the dependencies; undefined if it says no version of itself. */
  readonly version: string | undefined
}

interface Manifest {
  readonly name?: string
  readonly version?: string
  readonly dependencies?: Readonly<Record<string, string>>
  readonly devDependencies?: Readonly<Record<string, string>>
  readonly optionalDependencies?: Readonly<Record<string, string>>
  readonly peerDependencies?: Readonly<Record<string, string>>
}

/** The package that a file inside of a node_modules belongs to. */
export function installedPackage(file: string): InstalledPackage {
  const modules = file.lastIndexOf(`${sep}node_modules${sep}`) + `${sep}node_modules${sep}`.length
  const name = packageNameOf(file.slice(modules).replaceAll(sep, "/"))
  const folder = join(file.slice(0, modules), name)
  const manifest = manifestIn(folder)
  // One that was installed under another name than its own: npm install views@npm:page-views
  const isAlias = manifest?.name !== undefined && manifest.name !== name
  const version = isAlias && manifest.version !== undefined ? `npm:${manifest.name}@${manifest.version}` : undefined
  return { name, folder, version: version ?? manifest?.version }
}

/** "@scope/name/part" → "@scope/name", "name/part" → "name". */
export function packageNameOf(specifier: string): string {
  return specifier
    .split("/")
    .slice(0, specifier.startsWith("@") ? 2 : 1)
    .join("/")
}

/** What the project of a file says about where a package comes from: a range of versions, a URL, a path. */
export function declaredSource(name: string, file: string): string | undefined {
  for (let folder = dirname(file); ; folder = dirname(folder)) {
    const manifest = manifestIn(folder)
    const declared =
      manifest?.dependencies?.[name] ??
      manifest?.devDependencies?.[name] ??
      manifest?.optionalDependencies?.[name] ??
      manifest?.peerDependencies?.[name]
    if (declared !== undefined || folder === dirname(folder)) return declared
  }
}

function manifestIn(folder: string): Manifest | undefined {
  const file = join(folder, "package.json")
  return existsSync(file) ? (JSON.parse(readFileSync(file, "utf8")) as Manifest) : undefined
}
