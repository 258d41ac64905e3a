/** R4: no operation of a checkpoint may be one after which a run cannot go on. */
import { proveCrashes } from "./crash-proof.ts"

/** Every third; all of them where MILLRACE_CRASH_STRIDE is 1. */
proveCrashes(Number(process.env["MILLRACE_CRASH_STRIDE"] ?? 3))
