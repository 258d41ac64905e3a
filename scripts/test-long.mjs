/** `npm run test:long`: sets up, then runs the longer proofs. `npm run test:long -- --help` lists the steps. */
import { testOnNode24 } from "./node24.mjs"
import { plantBugs } from "./planted.mjs"
import { outcomeOfTests, runSteps } from "./run-steps.mjs"
import { runVitest } from "./run-vitest.mjs"
import { root, runMain } from "./setup.mjs"

const longTests = ["--config=vitest.long.config.ts", "--allowOnly=false", "--passWithNoTests"]

const steps = [
  { name: "node24", about: "the tests of the built code again, on Node.js 24 (Linux on x64 only)", run: testOnNode24 },
  {
    name: "long",
    about: "the proofs too long for every change (test/**/*.long.ts)",
    run: async () => outcomeOfTests("long", await runVitest(root, longTests)),
  },
  { name: "planted", about: "every bug in test/planted is caught by the tests it names", run: () => plantBugs() },
]

runMain(() => runSteps("npm run test:long", steps))
