/**
 * Writes docs/errors.md and docs/options.md from the tables in the build, so that the pages say what the code does.
 * Tests compare the pages with what this script would write; `npm run docs:tables` makes them anew.
 */
import fs from "node:fs"
import path from "node:path"
import { fileURLToPath } from "node:url"
import { errorTable } from "../dist/base/errors.js"
import { optionTable } from "../dist/base/options.js"

const root = fileURLToPath(new URL("..", import.meta.url))
const made = "<!-- Made by `npm run docs:tables` from the tables in src/base; edit those. -->"

/** By file, the whole text of each page. */
export const pages = { "docs/errors.md": errorsPage(), "docs/options.md": optionsPage() }

function errorsPage() {
  const rows = Object.entries(errorTable).map(([code, { when }]) => [`\`${code}\``, when])
  return page(
    "Errors",
    "Every error has a code, `error.code`, which never changes, and a message that begins with it and says what was expected, what came and what to do.",
    [table(["code", "when it happens"], rows)],
  )
}

function optionsPage() {
  const parts = Object.entries(optionTable).map(([place, options]) => {
    const rows = Object.entries(options).map(([name, { expected, default: standard, meaning }]) => [
      `\`${name}\``,
      expected,
      standard,
      meaning,
    ])
    return `## ${place}\n\n${table(["option", "expects", "default", "meaning"], rows)}`
  })
  return page(
    "Options",
    "What every place that takes options takes. An option that does not exist, or a value of another kind, is refused where it is given; one that is `undefined` counts as left out.",
    parts,
  )
}

function page(title, intro, parts) {
  return `${[made, `# ${title}`, intro, ...parts].join("\n\n")}\n`
}

/** A table laid out as prettier lays it out: it goes by the width of characters, which is their number here. */
function table(headings, rows) {
  const cells = [headings, ...rows].map((row) => row.map((cell) => cell.replaceAll("|", "\\|")))
  const widths = headings.map((_, column) => Math.max(...cells.map((row) => row[column].length)))
  const line = (row) => `| ${row.map((cell, column) => cell.padEnd(widths[column])).join(" | ")} |`
  const rule = `| ${widths.map((width) => "-".repeat(width)).join(" | ")} |`
  const [head, ...body] = cells.map(line)
  return [head, rule, ...body].join("\n")
}

if (process.argv[1] !== undefined && fs.realpathSync(process.argv[1]) === fileURLToPath(import.meta.url)) {
  for (const [file, text] of Object.entries(pages)) {
    fs.mkdirSync(path.dirname(path.join(root, file)), { recursive: true })
    fs.writeFileSync(path.join(root, file), text)
  }
}
