/** What this package says of itself, as it is installed. */
import { createRequire } from "node:module"

export interface OwnPackage {
  readonly version: string
  /** The Node.js that it needs. */
  readonly engines: Readonly<Record<string, string>>
  /** What it is made and tested with. */
  readonly devDependencies: Readonly<Record<string, string>>
}

export const ownPackage = createRequire(import.meta.url)("../../package.json") as OwnPackage
