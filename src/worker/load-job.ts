/**
 * Loads a program's module, on the driver and on every worker alike. A job module only declares: a worker checks that
 * loading it opened nothing.
 */
import { stackPositions } from "../base/call-site.ts"
import { messageOf, MillraceError, refuse } from "../base/errors.ts"
import type { JobDefinition } from "../stream/job-definition.ts"
import { fileURLToPath } from "node:url"

/** The mark of a job object, the same in every copy of this package. */
export const JOB_MARK: symbol = Symbol.for("millrace.job")

export function isJob(value: unknown): value is JobDefinition {
  return typeof value === "object" && value !== null && JOB_MARK in value
}

/** Files of modules that are being loaded as jobs now. */
const loading = new Set<string>()

/** Whether this is called, directly or not, by a module that is being loaded as a job. */
export function isInsideJob(): boolean {
  return loading.size > 0 && stackPositions(new Error().stack ?? "").some(({ file }) => loading.has(file))
}

/**
 * The job a module exports. `file` is what messages call it; `asRole` tells two loadings of one module in one process
 * apart, so that they share no variables.
 * @throws MR_NO_DEFAULT_EXPORT, MR_MODULE_FAILED
 */
export async function loadJob(module: string, file: string, asRole: "driver" | "worker"): Promise<JobDefinition> {
  const path = fileURLToPath(module)
  loading.add(path)
  let exported: Record<string, unknown>
  try {
    exported = (await import(`${module}?${asRole}`)) as Record<string, unknown>
  } catch (error) {
    if (error instanceof MillraceError) throw error
    const at = stackPositions(error instanceof Error ? (error.stack ?? "") : "").find(
      (position) => position.file === path,
    )
    const place = at === undefined ? undefined : `${at.file}:${at.line}:${at.column}`
    throw refuse("MR_MODULE_FAILED", { file, message: messageOf(error), at: place }, error)
  } finally {
    loading.delete(path)
  }
  if (!isJob(exported["default"])) throw refuse("MR_NO_DEFAULT_EXPORT", { file, found: Object.keys(exported) })
  return exported["default"]
}

/**
 * Runs `load` and checks that it left nothing open. Only where nothing else goes on meanwhile: on a worker.
 * @throws MR_MODULE_OPENS
 */
export async function requireNothingOpened<T>(load: () => Promise<T>): Promise<T> {
  const before = openResources()
  const loaded = await load()
  await new Promise<void>((resolve) => process.nextTick(resolve)) // listen(port, host) opens a tick later
  const opened = [...openResources()]
    .filter(([kind, count]) => count > (before.get(kind) ?? 0))
    .map(([kind]) => OPENED[kind]!)
  if (opened.length > 0) throw refuse("MR_MODULE_OPENS", { resources: opened })
  return loaded
}

/** Kinds of resource that a module must not open, and what a person calls them. Others come and go by themselves. */
const OPENED: Readonly<Record<string, string>> = {
  TCPServerWrap: "a server",
  TCPSocketWrap: "a socket",
  PipeWrap: "a pipe",
  UDPWrap: "a UDP socket",
  Timeout: "a timer",
  ProcessWrap: "a child process",
  FSEventWrap: "a file watcher",
  GetAddrInfoReqWrap: "a look-up of a host",
}

function openResources(): Map<string, number> {
  const counts = new Map<string, number>()
  for (const kind of process.getActiveResourcesInfo()) {
    if (Object.hasOwn(OPENED, kind)) counts.set(kind, (counts.get(kind) ?? 0) + 1)
  }
  return counts
}
