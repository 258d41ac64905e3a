/** Names for packages, made of names that people give to folders and files. */

/** Names that npm, or what it installs, would stumble over. */
const TAKEN = new Set(["millrace", "node_modules", "favicon.ico"])
const LENGTH_MAX = 200

/** "Page Views" → "page-views", "Über_2" → "uber_2"; undefined if nothing is left. */
export function packageName(name: string): string | undefined {
  const cleaned = name
    .normalize("NFKD")
    .replaceAll(/\p{Mark}/gu, "")
    .toLowerCase()
    .replaceAll(/[^a-z0-9._]+/g, "-")
    .slice(0, LENGTH_MAX)
    .replaceAll(/^[-._]+|[-._]+$/g, "")
  if (cleaned === "") return undefined
  return TAKEN.has(cleaned) ? `${cleaned}-job` : cleaned
}
