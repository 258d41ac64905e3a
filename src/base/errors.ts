/**
 * Every error a user can meet: one table of stable codes, one constructor.
 *
 * A message says what was expected, what came and what to do. `docs/errors.md` lists the same codes
 * (`test/base/errors.test.ts` keeps them the same). Codes are never renamed.
 */
import type { SourcePosition } from "./call-site.ts"
import { showPosition } from "./call-site.ts"
import { showValue } from "./show-value.ts"

/** What each error's message is made of. */
export interface ErrorDetails {
  // a program that cannot be built
  MR_OPTION_UNKNOWN: { where: string; option: string; nearest: string | undefined; known: readonly string[] }
  MR_OPTION_INVALID: { where: string; option: string; expected: string; got: unknown }
  MR_DURATION_INVALID: { what: string; got: unknown; minMs: number }
  MR_INTERVAL_MISSING: { job: string }
  MR_INTERVAL_DIFFERS: {
    first: string
    firstAt: SourcePosition | undefined
    second: string
    secondAt: SourcePosition | undefined
  }
  MR_NO_OUTPUT: { job: string }
  MR_NAME_TAKEN: { kind: string; name: string; at: SourcePosition | undefined }
  MR_GRAPH_SEALED: { verb: string }
  MR_STREAM_OF_OTHER_JOB: { verb: string; at: SourcePosition | undefined }
  MR_NOT_MULTIPLE: { what: string; at: string; got: string; unit: string; nearest: readonly string[] }
  MR_SLIDE_TOO_LONG: { verb: string; slide: string; length: string; at: SourcePosition | undefined }
  MR_SLIDES_DIFFER: {
    verb: string
    at: SourcePosition | undefined
    first: string
    firstSlide: string
    second: string
    secondSlide: string
  }
  MR_STATE_OVER_WINDOW: {
    verb: string
    at: SourcePosition | undefined
    window: string
    windowAt: SourcePosition | undefined
  }
  MR_STATE_OVER_STATE: { verb: string; at: SourcePosition | undefined; state: string }
  MR_FUNCTION_EXPECTED: { verb: string; argument: string; got: unknown; at: SourcePosition | undefined }
  MR_ASYNC_OPERATOR: { verb: string; at: SourcePosition | undefined }
  MR_SOURCE_UNKNOWN: { got: unknown }
  MR_SOURCE_LIVE: { got: string }
  MR_SINK_UNKNOWN: { got: unknown; at: SourcePosition | undefined }
  MR_SOURCE_LIST: { problem: string }
  MR_NOT_A_STATE: { verb: string; got: string }
  MR_INVALID_NOT_COLLECTED: { source: string }
  MR_LATE_WITHOUT_TIME: { source: string }
  MR_SLACK_WITHOUT_TIME: { where: string; option: string }
  MR_BUILDER_ASYNC: { job: string }
  MR_BUILDER_FAILED: { job: string; message: string; at: SourcePosition | undefined }
  MR_PARAMS_INVALID: { job: string; issues: readonly string[] }
  MR_PARAMS_UNDECLARED: { job: string; given: readonly string[] }
  MR_SCHEMA_ASYNC: { where: string }

  // a program that cannot be loaded or started
  MR_FILE_MISSING: { file: string }
  MR_FILE_NOT_COMPILED: { file: string; problems: readonly string[] }
  MR_NO_DEFAULT_EXPORT: { file: string; found: readonly string[] }
  MR_MODULE_FAILED: { file: string; message: string; at: string | undefined }
  MR_MODULE_OPENS: { resources: readonly string[] }
  MR_PROGRAM_DIFFERS: { node: string; driver: string; worker: string }
  MR_START_INSIDE_JOB: Record<never, never>
  MR_JOB_NEEDS_FILE: { engine: string }
  MR_SETUP_FAILED: { hook: string; message: string }
  MR_OUTPUT_UNKNOWN: { name: string; known: readonly string[] }
  MR_OUTPUT_TAKEN: { name: string }
  MR_SLICE_UNKNOWN: { name: unknown; known: readonly string[] }
  MR_SLICE_TIMES: { problem: string }
  MR_SLICE_GONE: { name: string; asked: string; held: readonly [from: string, to: string] | undefined; why: Gone }
  MR_SLICE_VERB: { verb: string; at: SourcePosition | undefined; why: string }

  // while it runs
  MR_USER_FUNCTION: {
    verb: string
    name: string
    at: string
    step: number
    partition: number
    record: string
    message: string
  }
  MR_NOT_PAIR: { verb: string; name: string; at: string; got: string }
  MR_NOT_ITERABLE: { verb: string; name: string; at: string; got: string }
  MR_STATE_UNDEFINED: { verb: string; name: string; at: string; key: string }
  MR_TABLE_FAILED: { table: string; message: string }
  MR_TABLE_KEY_TWICE: { table: string; key: string }
  MR_VALUE_REFUSED: { name: string; what: string; path: string }
  MR_OUTPUT_FAILED: { output: string; step: number | "opening" | "closing"; attempts: number; message: string }
  MR_INVALID_RECORD: { source: string; why: string; record: string }
  MR_NO_RECORD_TIME: {
    sources: readonly { name: string; records: number; early: number }[]
    sample: { why: string; record: string } | undefined
  }
  MR_STATE_LOST: { state: string; partition: number; worker: string; step: number }
  MR_TASK_ATTEMPTS: { task: string; attempts: number; why: string }
  MR_WORKERS_FAILING: { times: number; why: string }

  // checkpoints
  MR_CHECKPOINT_FOLDER: { folder: string; why: string }
  MR_CHECKPOINT_IN_USE: { folder: string }
  MR_CHECKPOINT_OTHER_JOB: { folder: string; job: string; found: string }
  MR_CHECKPOINT_DIFFERS: { folder: string; what: string; found: string; now: string }
  MR_CHECKPOINT_NEWER: { folder: string; file: string; format: string; known: string }
  MR_CHECKPOINT_DAMAGED: { folder: string; file: string; offset: number; why: string }
  MR_CHECKPOINT_FAILED: { folder: string; why: string }

  // sources
  MR_SOURCE_UNREACHABLE: { url: string; why: string }
  MR_SOURCE_STATUS: { url: string; status: number; text: string; expected: number }
  MR_SOURCE_CONTENT_TYPE: { url: string; got: string; verb: string; expected: readonly string[] }
  MR_SOURCE_BODY: { url: string; why: string }
  MR_SOURCE_PATH: { path: string; why: string; hint: string }
  MR_LISTEN_FAILED: { url: string; why: string }
  MR_SOURCE_FAILED: { source: string; message: string }
  MR_RECEIVER_MISUSED: { source: string; expected: string; got: string }

  // the command
  MR_USAGE: { problem: string; hint: string }
  MR_FOLDER_TAKEN: { folder: string; why: string; wanted: string }
  MR_FOLDER_NOT_WRITTEN: { folder: string; why: string }
  MR_NAME_UNUSABLE: { name: string }
  MR_NOT_DEPLOYABLE: { file: string; problems: readonly string[] }
  MR_UNCAUGHT: { message: string }
}

/** Why steps that a slice asks for are not there. */
type Gone = "began" | "length" | "maxBytes"

const GONE: Readonly<Record<Gone, string>> = {
  began: "the job began then, so ask from there on",
  length: "older steps are forgotten, so ask from there on, or give remember() a greater length",
  maxBytes: "older steps are forgotten, so ask from there on, or give remember() more maxBytes",
}

export type ErrorCode = keyof ErrorDetails

interface ErrorEntry<D> {
  /** When it happens, for the errors page. */
  readonly when: string
  /** The sentence (without the code). */
  readonly text: (details: D) => string
}

const listed = (names: readonly string[]): string => (names.length === 0 ? "none" : names.join(", "))

/** The table. Its order is the order of the errors page. */
export const errorTable: { readonly [C in ErrorCode]: ErrorEntry<ErrorDetails[C]> } = {
  MR_OPTION_UNKNOWN: {
    when: "An option object or the command line names an option that does not exist.",
    text: (d) =>
      `${d.where} has no option "${d.option}"${d.nearest === undefined ? "." : `; did you mean "${d.nearest}"?`} It takes: ${listed(d.known)}.`,
  },
  MR_OPTION_INVALID: {
    when: "An option's value is of another type or outside its range.",
    text: (d) => `${d.where}: the option "${d.option}" expects ${d.expected}, but got ${showValue(d.got)}.`,
  },
  MR_DURATION_INVALID: {
    when: "A length of time is not written as one.",
    text: (d) =>
      `${d.what} must be a duration of whole milliseconds, at least ${d.minMs}ms, such as "250ms", "1s", "5m" or "2h"; got ${showValue(d.got)}.`,
  },
  MR_INTERVAL_MISSING: {
    when: "Neither the job nor any of its sources states the interval.",
    text: (d) =>
      `The job "${d.job}" has no interval: give one at a source, readStream(url, "1s"), or for the job, job({ interval: "1s" }).`,
  },
  MR_INTERVAL_DIFFERS: {
    when: "Two places of one job state different intervals.",
    text: (d) =>
      `A job has one interval, but ${showPosition(d.firstAt)} says "${d.first}" and ${showPosition(d.secondAt)} says "${d.second}"; use the same at both, or two jobs.`,
  },
  MR_NO_OUTPUT: {
    when: "A job ends in no output, so nothing would ever be computed.",
    text: (d) => `The job "${d.job}" has no output: end a stream with print(), save(), foreachRDD() or output().`,
  },
  MR_NAME_TAKEN: {
    when: "Two states, sources or outputs of one job have the same name.",
    text: (d) => `Two ${d.kind}s are named "${d.name}" (the second at ${showPosition(d.at)}); give each its own name.`,
  },
  MR_GRAPH_SEALED: {
    when: "A verb is called on a stream after the job's builder has returned.",
    text: (d) =>
      `${d.verb}() was called after the job's builder returned; a job's graph is fixed then, so call every verb inside job(…, (streams) => { … }).`,
  },
  MR_STREAM_OF_OTHER_JOB: {
    when: "A stream of another job is given to a verb of this one.",
    text: (d) =>
      `${d.verb}() at ${showPosition(d.at)} got a stream that belongs to another job, or no stream at all; join and unite streams of one builder.`,
  },
  MR_NOT_MULTIPLE: {
    when: "A window, slide or timeout is no whole multiple of the interval, or of the slide of what it is made of.",
    text: (d) =>
      `${d.what} at ${d.at} must be a whole multiple of ${d.unit}, but is ${d.got}; use ${d.nearest.join(" or ")}.`,
  },
  MR_SLIDE_TOO_LONG: {
    when: "A window slides by more than its length.",
    text: (d) =>
      `The window of ${d.verb}() at ${showPosition(d.at)} is ${d.length} long and slides by ${d.slide}, so records would fall between two windows; slide by ${d.length} at most.`,
  },
  MR_SLIDES_DIFFER: {
    when: "Two streams meet that have their records at different steps.",
    text: (d) =>
      `${d.verb}() at ${showPosition(d.at)} brings together "${d.first}", which comes every ${d.firstSlide}, and "${d.second}", which comes every ${d.secondSlide}; give both windows the same slide.`,
  },
  MR_STATE_OVER_WINDOW: {
    when: "A state, or a window, is made of the records of an overlapping window.",
    text: (d) =>
      `${d.verb}() at ${showPosition(d.at)} would see each record several times, once for each window "${d.window}" (${showPosition(d.windowAt)}) that holds it; use reduceByWindow() instead, or a tumbling window: window(length, length).`,
  },
  MR_STATE_OVER_STATE: {
    when: "A state, or a window, is made of everything that another state holds.",
    text: (d) =>
      `${d.verb}() at ${showPosition(d.at)} would see all that the state "${d.state}" holds again at every step; use its .changes() or .ended() first.`,
  },
  MR_FUNCTION_EXPECTED: {
    when: "A verb got something that is not a function.",
    text: (d) =>
      `${d.verb}() expects a function as its ${d.argument}, but got ${showValue(d.got)} (${showPosition(d.at)}).`,
  },
  MR_ASYNC_OPERATOR: {
    when: "An operator's function is async or gave a promise.",
    text: (d) =>
      `The function of ${d.verb}() at ${showPosition(d.at)} is asynchronous, but an operator must be synchronous and pure; do such work in foreachRDD() or before the records reach the stream.`,
  },
  MR_SOURCE_UNKNOWN: {
    when: "readStream() got something it cannot read.",
    text: (d) =>
      `readStream() expects an http://, https://, ws:// or wss:// URL, the path of a file or folder such as "./history", listen(…), tail(…), generate(…), batches(…), from(() => iterable), or a list of these, but got ${showValue(d.got)}.`,
  },
  MR_SOURCE_LIVE: {
    when: "readStream() got an open stream, socket, promise or iterator instead of a function that opens it.",
    text: (d) =>
      `readStream() got ${d.got}, which is already open; a job module only declares, so hand over a function that opens it: readStream(from(() => …)).`,
  },
  MR_SINK_UNKNOWN: {
    when: "saveTo() got something that is no sink.",
    text: (d) =>
      `saveTo() at ${showPosition(d.at)} expects a sink, as defineSink({ description, write }) gives it, but got ${showValue(d.got)}; for files of records use save(directory, { format }).`,
  },
  MR_SOURCE_LIST: {
    when: "readStream() got a list of sources that cannot be read as one stream.",
    text: (d) =>
      `readStream() takes a list of one or more sources whose records come of their own accord (URLs, listen(…), from(…)), but ${d.problem}; give a source of another kind a stream of its own.`,
  },
  MR_NOT_A_STATE: {
    when: "A verb of states is called on a stream that keeps none.",
    text: (d) => `${d.verb}() belongs to a state, such as runningReduce() gives, but "${d.got}" keeps none.`,
  },
  MR_INVALID_NOT_COLLECTED: {
    when: "invalid() is called on a source whose invalid records are not collected.",
    text: (d) => `invalid() of source "${d.source}" needs the option onInvalid: "collect" at its readStream().`,
  },
  MR_LATE_WITHOUT_TIME: {
    when: "late() is called on a source whose records belong to the step in which they arrive.",
    text: (d) =>
      `late() of source "${d.source}" needs the option time at its readStream(): without it a record belongs to the step in which it arrives, and none is late.`,
  },
  MR_SLACK_WITHOUT_TIME: {
    when: "A source has the option slack, idleAfter or ahead, but no time.",
    text: (d) =>
      `${d.where}: the option "${d.option}" needs the option time, a function that gives a record's own time: without it a record belongs to the step in which it arrives. Give time, or leave ${d.option} out.`,
  },
  MR_BUILDER_ASYNC: {
    when: "A job's builder is async.",
    text: (d) =>
      `The builder of job "${d.job}" is asynchronous, but it must declare the same graph everywhere, at once; open what must be opened in job({ setup }).`,
  },
  MR_BUILDER_FAILED: {
    when: "A job's builder threw.",
    text: (d) => `The builder of job "${d.job}" failed at ${showPosition(d.at)}: ${d.message}`,
  },
  MR_PARAMS_INVALID: {
    when: "The parameters given to a job do not match its params schema.",
    text: (d) => `The parameters of job "${d.job}" are not valid: ${d.issues.join("; ")}.`,
  },
  MR_PARAMS_UNDECLARED: {
    when: "Parameters are given to a job that declares none.",
    text: (d) =>
      `The job "${d.job}" declares no parameters, but got ${listed(d.given)}; declare them with job({ params: schema }).`,
  },
  MR_SCHEMA_ASYNC: {
    when: "A schema validates asynchronously.",
    text: (d) =>
      `The schema of ${d.where} validates asynchronously, but records are checked inside a step; use a synchronous schema.`,
  },
  MR_FILE_MISSING: {
    when: "The program's file does not exist.",
    text: (d) => `There is no file ${d.file}; give the path of a program whose default export is a job().`,
  },
  MR_FILE_NOT_COMPILED: {
    when: "The program's file, or one it imports, does not compile.",
    text: (d) => `${d.file} does not compile: ${d.problems.join("; ")}.`,
  },
  MR_NO_DEFAULT_EXPORT: {
    when: "The program's default export is not a job.",
    text: (d) =>
      `${d.file} must have a job as its default export, export default job({ name }, …); it exports ${listed(d.found.map((name) => (name === "default" ? "a default that is no job" : name)))}.`,
  },
  MR_MODULE_FAILED: {
    when: "The program's module threw while it was loaded.",
    text: (d) => `Loading ${d.file} failed${d.at === undefined ? "" : ` at ${d.at}`}: ${d.message}`,
  },
  MR_MODULE_OPENS: {
    when: "Loading the program's module opened a socket, server, timer or child process.",
    text: (d) =>
      `Loading the job's module opened ${listed(d.resources)}, but a job module only declares and is loaded by every worker; open it in job({ setup }), which runs once on the driver.`,
  },
  MR_PROGRAM_DIFFERS: {
    when: "A worker built another graph than the driver from the same program.",
    text: (d) =>
      `The driver and a worker built different graphs, first at ${d.node}: the driver has ${d.driver}, the worker ${d.worker}; a builder must not depend on time, randomness, environment or machine (use params).`,
  },
  MR_START_INSIDE_JOB: {
    when: "start() is called by a module while it is being loaded as a job.",
    text: () =>
      `start() was called in a module that is being loaded as a job; keep the job and the call of start() in two files.`,
  },
  MR_JOB_NEEDS_FILE: {
    when: "A job object is started on an engine whose workers must load a module.",
    text: (d) =>
      `A job object runs only on engine "inline", but engine "${d.engine}" was asked for; pass the job's file, start(new URL("./job.ts", import.meta.url)).`,
  },
  MR_SETUP_FAILED: {
    when: "The job's setup or teardown threw.",
    text: (d) => `The job's ${d.hook} failed: ${d.message}`,
  },
  MR_OUTPUT_UNKNOWN: {
    when: "running.output() names an output the job does not have.",
    text: (d) => `The job has no output named "${d.name}"; its named outputs: ${listed(d.known)}.`,
  },
  MR_OUTPUT_TAKEN: {
    when: "Two readers ask for the same named output.",
    text: (d) =>
      `The output "${d.name}" already has a reader; an output is read once, so share what the first one reads.`,
  },
  MR_SLICE_UNKNOWN: {
    when: "running.slice() names something the job does not remember.",
    text: (d) =>
      `The job remembers nothing named ${showValue(d.name)}; it remembers: ${listed(d.known)}. Say what is to be held with stream.remember(length, { name }).`,
  },
  MR_SLICE_TIMES: {
    when: "The times given to running.slice() cannot be read, or lie the wrong way round.",
    text: (d) => `slice(): ${d.problem}.`,
  },
  MR_SLICE_GONE: {
    when: "running.slice() asks for steps that are forgotten, or that were before the job began.",
    text: (d) =>
      d.held === undefined
        ? `No RDD of "${d.name}" is held, but they were asked for from ${d.asked} on; ${GONE[d.why]}.`
        : `The RDDs of "${d.name}" are held from ${d.held[0]} to ${d.held[1]}, but were asked for from ${d.asked} on; ${GONE[d.why]}.`,
  },
  MR_SLICE_VERB: {
    when: "The query of running.slice() uses a verb that has no meaning for one RDD.",
    text: (d) => `${d.verb}() at ${showPosition(d.at)} has no place in the query of a slice: ${d.why}.`,
  },
  MR_USER_FUNCTION: {
    when: "A function of the program threw.",
    text: (d) =>
      `${d.verb}() "${d.name}" at ${d.at} threw in step ${d.step}, partition ${d.partition}: ${d.message}; the record was ${d.record}.`,
  },
  MR_NOT_PAIR: {
    when: "A by-key verb met a record that is not a [key, value] pair.",
    text: (d) =>
      `${d.verb}() "${d.name}" at ${d.at} needs [key, value] pairs, but got ${d.got}; use keyBy() or map to a pair first.`,
  },
  MR_NOT_ITERABLE: {
    when: "The function of flatMap() gave something that is not an array or another iterable.",
    text: (d) =>
      `The function of ${d.verb}() "${d.name}" at ${d.at} must give an array or another iterable of records, but gave ${d.got}.`,
  },
  MR_STATE_UNDEFINED: {
    when: "The function of a state gave undefined, as one does that forgets to return.",
    text: (d) =>
      `A function of ${d.verb}() "${d.name}" at ${d.at} gave undefined for the key ${d.key}; it must give the key's new state, or null to end it.`,
  },
  MR_TABLE_FAILED: {
    when: "The load function of a table threw, or gave no rows that can be gone through.",
    text: (d) => `Loading the table "${d.table}" failed: ${d.message}`,
  },
  MR_TABLE_KEY_TWICE: {
    when: "Two rows of a table have the same key.",
    text: (d) =>
      `The table "${d.table}" has two rows with the key ${d.key}, but a key must have one; choose another key, or make one row of them in its load function.`,
  },
  MR_VALUE_REFUSED: {
    when: "A record holds a value that cannot leave its stage.",
    text: (d) =>
      `A record of ${d.name} holds ${d.what}${d.path === "" ? "" : ` at ${d.path}`}, but records are plain data: null, undefined, booleans, numbers, bigints, strings, Dates, Maps, Sets, typed arrays, and arrays and plain objects of these.`,
  },
  MR_OUTPUT_FAILED: {
    when: "The code of an output failed as often as it may, or its sink cannot be opened or closed.",
    text: (d) =>
      typeof d.step === "number"
        ? `The output "${d.output}" failed ${d.attempts} times for step ${d.step}: ${d.message}`
        : `The output "${d.output}" failed at ${d.step}: ${d.message}`,
  },
  MR_INVALID_RECORD: {
    when: 'A source met an invalid record and its onInvalid is "stop".',
    text: (d) =>
      `The source "${d.source}" got an invalid record: ${d.why}; the record was ${d.record}. Use onInvalid: "skip" or "collect" to go on without such records.`,
  },
  MR_NO_RECORD_TIME: {
    when: "All sources go by the records' own times, and of all that came none had one that can be used.",
    text: ({ sources, sample }) => {
      const came = sources.map(({ name, records }) => `${records} from source "${name}"`).join(" and ")
      const seen = sample === undefined ? "" : ` One of them is ${sample.record}: ${sample.why}.`
      const early = sources.reduce((sum, source) => sum + source.early, 0)
      const isAllEarly = sources.every((source) => source.early === source.records)
      return isAllEarly
        ? `No step can begin, because all records are early (${came}): they are further ahead of the clock than "ahead" lets them be.${seen} "time" must give milliseconds since the Unix epoch, not microseconds; correct it, or the clock that is wrong, or use ahead: "off" to take them all.`
        : `No step can begin, because no record has a time that can be read (${came}${early > 0 ? `, ${early} of them early` : ""}).${seen} "time" must give milliseconds since the Unix epoch or a Date; correct it, or leave it out to go by the time of arrival.`
    },
  },
  MR_STATE_LOST: {
    when: "A worker died that held state kept nowhere else.",
    text: (d) =>
      `Worker ${d.worker} died with partition ${d.partition} of state "${d.state}" (as of step ${d.step}), which was kept nowhere else in memory; start the job again: with a checkpoint it goes on, without one it begins anew.`,
  },
  MR_TASK_ATTEMPTS: {
    when: "A task failed as often as it may for a reason other than the program's own error.",
    text: (d) =>
      `The task ${d.task} ended ${d.attempts} workers in a row: ${d.why}. Look for process.exit(), memory without bound or native code in the program's functions.`,
  },
  MR_WORKERS_FAILING: {
    when: "Workers cannot be started.",
    text: (d) => `${d.times} workers in a row ended before they were ready: ${d.why}`,
  },
  MR_CHECKPOINT_FOLDER: {
    when: "A folder cannot be used for checkpoints, because of what is in it or of who may write there.",
    text: (d) =>
      `${d.folder} cannot be used for checkpoints: ${d.why}. Nothing was changed; give a folder that is empty or not there yet, or that an earlier run of this job has written.`,
  },
  MR_CHECKPOINT_IN_USE: {
    when: "Another driver that is running uses the folder for its checkpoints.",
    text: (d) =>
      `Another driver is running with the checkpoints in ${d.folder}, and nothing was changed; stop it first, or give this job a folder of its own.`,
  },
  MR_CHECKPOINT_OTHER_JOB: {
    when: "The folder has the checkpoints of a job of another name.",
    text: (d) =>
      `${d.folder} has checkpoints of the job "${d.found}", not of "${d.job}", and nothing was changed; give each job a folder of its own.`,
  },
  MR_CHECKPOINT_DIFFERS: {
    when: "The folder has checkpoints of this job with another program, interval, partitions or parameters.",
    text: (d) =>
      `The checkpoints in ${d.folder} were made with ${d.what} ${d.found}, but this run has ${d.now}, and nothing was changed; run it as it was, or give a new folder to begin anew.`,
  },
  MR_CHECKPOINT_NEWER: {
    when: "A checkpoint was written by a newer version, in a format that this one does not know.",
    text: (d) =>
      `${d.file} in ${d.folder} has format ${d.format}, but this version reads formats up to ${d.known}, and nothing was changed; use the version of Millrace that wrote it.`,
  },
  MR_CHECKPOINT_DAMAGED: {
    when: "A file of a checkpoint is damaged, or missing, where it had been written to the disk.",
    text: (d) =>
      `The checkpoint in ${d.folder} is damaged: ${d.file} at byte ${d.offset}: ${d.why}. Nothing was changed; restore the folder from a copy, or give a new one to begin anew.`,
  },
  MR_CHECKPOINT_FAILED: {
    when: "A checkpoint cannot be written while the job runs, because the disk is full for example.",
    text: (d) =>
      `The checkpoint in ${d.folder} cannot be written (${d.why}); put that right and start the job again, it goes on from what is there.`,
  },
  MR_SOURCE_UNREACHABLE: {
    when: "A source's server cannot be reached when the job starts.",
    text: (d) => `Nothing answers at ${d.url} (${d.why}); start the server or correct the URL.`,
  },
  MR_SOURCE_STATUS: {
    when: "A source's server answers with an error.",
    text: (d) =>
      `${d.url} answered ${d.status}${d.text === "" ? "" : ` ${d.text}`}, but ${d.expected} was expected; ${d.status >= 500 ? "look at the server's log" : "check the URL's path and the server's access rules"}.`,
  },
  MR_SOURCE_CONTENT_TYPE: {
    when: "A source's server sends a content type that cannot be read.",
    text: (d) =>
      `${d.url} sends ${d.got === "" ? "no content type" : `"${d.got}"`}, but ${d.verb}() reads ${d.expected.join(", ")}.`,
  },
  MR_SOURCE_BODY: {
    when: "What a source's server sends cannot be taken as a whole.",
    text: (d) => `The answer of ${d.url} cannot be used: ${d.why}.`,
  },
  MR_SOURCE_PATH: {
    when: "A file or folder that a source is to read is not there, or cannot be read.",
    text: (d) => `${d.path} cannot be read: ${d.why}; ${d.hint}.`,
  },
  MR_LISTEN_FAILED: {
    when: "The address of a listen() cannot be listened at.",
    text: (d) => `Nobody can listen at ${d.url}: ${d.why}; choose another address or port.`,
  },
  MR_SOURCE_FAILED: {
    when: "A source's own code failed.",
    text: (d) => `The source "${d.source}" failed: ${d.message}`,
  },
  MR_RECEIVER_MISUSED: {
    when: "A source made with defineSource() handed over what its receiver cannot take.",
    text: (d) => `The source "${d.source}" hands over what cannot be taken: ${d.expected}, but got ${d.got}.`,
  },
  MR_USAGE: {
    when: "The command line cannot be understood.",
    text: (d) => `${d.problem}${d.hint === "" ? "" : ` ${d.hint}`}`,
  },
  MR_FOLDER_TAKEN: {
    when: "A folder that the command is to write holds something else already.",
    text: (d) => `${d.folder} ${d.why}, and nothing was changed; give ${d.wanted}.`,
  },
  MR_FOLDER_NOT_WRITTEN: {
    when: "A folder that the command is to write cannot be written.",
    text: (d) => `${d.folder} cannot be written (${d.why}); give another folder, or put that right.`,
  },
  MR_NAME_UNUSABLE: {
    when: "No name for a package can be made of a folder's name.",
    text: (d) =>
      `A project's package is named after its folder, but "${d.name}" has no letter from a to z and no digit, of which npm makes names; give a folder that has one, and rename it afterwards.`,
  },
  MR_NOT_DEPLOYABLE: {
    when: "A program imports something that its built module could not find in another folder.",
    text: (d) => `${d.file} cannot be built for another folder: ${d.problems.join("; ")}.`,
  },
  MR_UNCAUGHT: {
    when: "Code that the program set going by itself (a timer, an event, a promise nobody waits for) threw.",
    text: (d) => `The program failed where nothing catches it: ${d.message}; handle the error where it arises.`,
  },
}

/** An error of Millrace. `code` is stable and listed in docs/errors.md; `message` begins with it. */
export class MillraceError extends Error {
  override readonly name = "MillraceError"
  readonly code: ErrorCode

  constructor(code: ErrorCode, sentence: string, options?: ErrorOptions) {
    super(`${code}: ${sentence}`, options)
    this.code = code
  }
}

/** The error of a code, to be thrown. `cause` is the error it came from, if any. */
export function refuse<C extends ErrorCode>(code: C, details: ErrorDetails[C], cause?: unknown): MillraceError {
  return new MillraceError(code, errorTable[code].text(details), cause === undefined ? undefined : { cause })
}

/** The message of anything that was thrown. */
export function messageOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : showValue(thrown)
}
