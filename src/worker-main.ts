/** The door of a worker thread. */
import { parentPort, workerData } from "node:worker_threads"
import type { WorkerStart } from "./worker/worker-thread.ts"
import { runWorker } from "./worker/worker-thread.ts"

if (parentPort === null) throw new Error("this module runs on a worker thread that an engine starts")
runWorker(parentPort, workerData as WorkerStart)
