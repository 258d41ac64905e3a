/** A program as it is started: its job as the driver sees it, and how to load it again as a worker would. */
import { fileURLToPath, pathToFileURL } from "node:url"
import { refuse } from "../base/errors.ts"
import type { JobDefinition } from "../stream/job-definition.ts"
import { isJob, loadJob } from "../worker/load-job.ts"
import { bundleProgram } from "./bundle.ts"
import type { JobObject } from "./job.ts"
import type { Job } from "./program.ts"

export interface LoadedProgram {
  readonly job: JobObject
  /** URL of the module that workers load; undefined for a job object. */
  readonly module: string | undefined
  /** What tells two programs of one graph apart: the hash of the module's text. */
  readonly hash: string
  /** The job once more, sharing no variables with `job` if it comes from a file. */
  loadAgain(): Promise<JobDefinition>
  /** Puts an error's places in terms of the program's own files. */
  readonly explain: (error: unknown) => unknown
  /** The same for a text. */
  readonly original: (text: string) => string
  /** Removes what loading made. */
  remove(): Promise<void>
}

/** @throws MR_FILE_MISSING, MR_FILE_NOT_COMPILED, MR_NO_DEFAULT_EXPORT, MR_MODULE_FAILED */
export async function loadProgram(program: URL | string | Job): Promise<LoadedProgram> {
  if (isJob(program)) {
    const job = program as unknown as JobObject
    return {
      job,
      module: undefined,
      hash: "",
      loadAgain: () => Promise.resolve(job),
      explain: (error) => error,
      original: (text) => text,
      remove: () => Promise.resolve(),
    }
  }
  const file = fileOf(program)
  const { module, hash, positions, remove } = await bundleProgram(file)
  try {
    const job = (await loadJob(module, file, "driver")) as JobObject
    return {
      job,
      module,
      hash,
      loadAgain: () => loadJob(module, file, "worker"),
      explain: (error) => positions.originalError(error),
      original: (text) => positions.original(text),
      remove,
    }
  } catch (error) {
    await remove()
    throw positions.originalError(error)
  }
}

function fileOf(program: unknown): string {
  if (program instanceof URL && program.protocol === "file:") return fileURLToPath(program)
  if (typeof program === "string")
    return program.startsWith("file:") ? fileURLToPath(program) : fileURLToPath(pathToFileURL(program))
  throw refuse("MR_OPTION_INVALID", {
    where: "start()",
    option: "program",
    expected: "a file's URL or path, or a job",
    got: program,
  })
}
