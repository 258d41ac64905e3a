/**
 * The rules of the rooms, as functions from a tree of source files to the sentences that say what is wrong with it.
 * No sentence, no fault. `test/architecture.test.ts` holds them over `src/`, and over small trees made to break them.
 */
import path from "node:path"
import { parseSource } from "./source-text.ts"
import type { Tree } from "./source-text.ts"

/** A room may import from rooms of a lower rank, and from itself. */
const ranks: Readonly<Record<string, number>> = {
  base: 0,
  block: 1,
  stream: 1,
  state: 2,
  plan: 2,
  wire: 2,
  checkpoint: 2,
  compute: 3,
  schedule: 3,
  source: 3,
  sink: 3,
  observe: 3,
  worker: 4,
  driver: 4,
  query: 4,
  engine: 5,
  api: 6,
  cli: 7,
  testing: 7,
}

/** The files at the top of `src/`: the package itself, and what a worker thread or process starts with. */
const doors: readonly string[] = ["index.ts", "worker-main.ts"]

/** Where execution can begin. Whatever cannot be reached from here is dead. */
const entries: readonly string[] = [
  ...doors,
  "cli/main.ts",
  "testing/index.ts",
  // For our own tests, which are no part of this tree.
  "testing/reference/reference.ts",
  "testing/reference/wakes.ts",
  "testing/simulated-engine.ts",
]

/** The outermost: they see everything, so nothing may see them. */
const outermost: readonly string[] = ["cli", "testing"]

const doorRank = 7

export function everyFileHasARoom(tree: Tree): string[] {
  return [...tree.keys()]
    .filter((file) => rankOf(file) === undefined)
    .map((file) =>
      file.includes("/")
        ? `${file}: "${roomOf(file)}" is no room. The rooms are ${Object.keys(ranks).join(", ")}.`
        : `${file}: only the doors (${doors.join(", ")}) stand outside of the rooms.`,
    )
}

export function importsGoDown(tree: Tree): string[] {
  return arrowsOf(tree)
    .filter(({ from, to }) => roomOf(from) !== roomOf(to) && !((rankOf(from) ?? 0) > (rankOf(to) ?? 0)))
    .map(
      ({ from, to }) =>
        `${from} (rank ${rankOf(from)}) imports ${to} (rank ${rankOf(to)}). Only lower ranks and the own room may be imported, types too: move down what both need, under a name that says what it is.`,
    )
}

export function nothingImportsTheOutermost(tree: Tree): string[] {
  return arrowsOf(tree)
    .filter(({ from, to }) => doors.includes(to) || (outermost.includes(roomOf(to)) && roomOf(from) !== roomOf(to)))
    .map(({ from, to }) => `${from} imports ${to}. Nothing imports a door or ${outermost.join(" or ")}.`)
}

export function importsAreFound(tree: Tree): string[] {
  return arrowsOf(tree)
    .filter(({ to }) => !tree.has(to))
    .map(({ from, to }) => `${from} imports ${to}, which is no file of ours.`)
}

export function noCycles(tree: Tree): string[] {
  const faults: string[] = []
  const done = new Set<string>()
  const trail: string[] = []
  const walk = (file: string): void => {
    if (trail.includes(file)) {
      faults.push(
        `${[...trail.slice(trail.indexOf(file)), file].join(" → ")}: these files import each other in a circle.`,
      )
    }
    if (done.has(file) || trail.includes(file)) return
    trail.push(file)
    for (const next of importedBy(tree, file)) walk(next)
    trail.pop()
    done.add(file)
  }
  for (const file of tree.keys()) walk(file)
  return faults
}

export function noDeadFiles(tree: Tree): string[] {
  const alive = new Set<string>()
  const reach = (file: string): void => {
    if (alive.has(file) || !tree.has(file)) return
    alive.add(file)
    for (const next of importedBy(tree, file)) reach(next)
  }
  for (const entry of entries) reach(entry)
  return [...tree.keys()]
    .filter((file) => !alive.has(file))
    .map((file) => `${file}: cannot be reached from ${entries.join(", ")}. Use it or delete it.`)
}

export function noBarrels(tree: Tree): string[] {
  return [...tree]
    .filter(([file, text]) => !entries.includes(file) && parseSource(text).isBarrel)
    .map(([file]) => `${file}: only passes on what other files export. Import those files.`)
}

/** Names under which anything can be put, so that everything is. */
const emptyWords = new Set(["util", "utils", "common", "helper", "helpers", "shared", "misc"])

export function namesSayWhatIsInside(tree: Tree): string[] {
  return [...tree.keys()].flatMap((file) =>
    file
      .replace(/\.ts$/, "")
      .split("/")
      .filter((part) => part === "types" || part.split(/[-.]/).some((word) => emptyWords.has(word)))
      .map((part) => `${file}: "${part}" says nothing. Name what is inside.`),
  )
}

/** Something from outside of the program, and how code gets at it. */
export interface Resource {
  readonly name: string
  /** Modules that give it, with the names that do; "*" stands for all of the module. */
  readonly modules: Readonly<Record<string, readonly string[]>>
  /** Names of the surroundings that give it, as `globals` of a source text spells them. */
  readonly globals: readonly string[]
}

export const time: Resource = {
  name: "time",
  modules: { timers: ["*"], "timers/promises": ["*"], perf_hooks: ["*"] },
  globals: [
    "Date.now",
    "Date()",
    "new Date()",
    "performance",
    "process.hrtime",
    "setTimeout",
    "setInterval",
    "setImmediate",
    "AbortSignal.timeout",
  ],
}

export const files: Resource = { name: "files", modules: { fs: ["*"], "fs/promises": ["*"] }, globals: [] }

export const sockets: Resource = {
  name: "sockets",
  modules: {
    net: ["*"],
    http: ["*"],
    https: ["*"],
    http2: ["*"],
    tls: ["*"],
    dgram: ["*"],
    dns: ["*"],
    ws: ["*"],
    s3mini: ["*"],
  },
  globals: ["fetch", "WebSocket", "EventSource"],
}

export const randomness: Resource = {
  name: "randomness",
  modules: {
    crypto: ["randomBytes", "randomFill", "randomFillSync", "randomInt", "randomUUID", "getRandomValues", "webcrypto"],
  },
  globals: ["Math.random", "crypto.randomUUID", "crypto.getRandomValues", "randomUUID", "randomBytes", "randomInt"],
}

export const processStarts: Resource = {
  name: "process starts",
  modules: { child_process: ["*"], cluster: ["*"], worker_threads: ["Worker"] },
  globals: ["new Worker()", "new Worker(…)"],
}

/** What must follow from its arguments alone: no clock, no file, no socket, not even through an owner's exception. */
const pureRooms: readonly string[] = ["stream", "plan", "schedule", "compute"]

/** Holds in both directions, so that the list of owners stays true. */
export function onlyOwnersUse(tree: Tree, resource: Resource, owners: readonly string[]): string[] {
  const users = usersOf(tree, resource)
  const strangers = users.filter((file) => !owners.includes(file))
  const idle = owners.filter((file) => !users.includes(file))
  return [
    ...strangers.map(
      (file) =>
        `${file}: uses ${resource.name} (${usesIn(tree.get(file) ?? "", resource).join(", ")}) and is no owner of it. Take it as an argument, or ask an owner: ${owners.join(", ") || "none so far"}.`,
    ),
    ...idle.map(
      (file) => `${file}: is listed as an owner of ${resource.name} but does not use it. Take it off the list.`,
    ),
  ]
}

export function pureRoomsUseNone(tree: Tree, resources: readonly Resource[]): string[] {
  return resources.flatMap((resource) =>
    usersOf(tree, resource)
      .filter((file) => pureRooms.includes(roomOf(file)))
      .map((file) => `${file}: uses ${resource.name}, but ${roomOf(file)}/ must follow from its arguments alone.`),
  )
}

function usersOf(tree: Tree, resource: Resource): string[] {
  return [...tree].filter(([, text]) => usesIn(text, resource).length > 0).map(([file]) => file)
}

function usesIn(text: string, { modules, globals }: Resource): string[] {
  const source = parseSource(text)
  const imported = source.imports
    .filter(({ isTypeOnly }) => !isTypeOnly)
    .filter(({ specifier, names }) => {
      const taken = modules[specifier.replace(/^node:/, "")]
      return taken?.some((name) => (name === "*" ? names.length > 0 : names.includes(name)))
    })
    .map(({ specifier }) => specifier)
  return [...imported, ...globals.filter((name) => source.globals.has(name))]
}

interface Arrow {
  readonly from: string
  readonly to: string
}

function arrowsOf(tree: Tree): Arrow[] {
  return [...tree].flatMap(([from, text]) =>
    parseSource(text)
      .imports.filter(({ specifier }) => specifier.startsWith("."))
      .map(({ specifier }) => ({ from, to: path.posix.join(path.posix.dirname(from), specifier) })),
  )
}

function importedBy(tree: Tree, file: string): string[] {
  return arrowsOf(new Map([[file, tree.get(file) ?? ""]])).map(({ to }) => to)
}

function roomOf(file: string): string {
  return file.includes("/") ? (file.split("/")[0] ?? "") : ""
}

function rankOf(file: string): number | undefined {
  return doors.includes(file) ? doorRank : ranks[roomOf(file)]
}
