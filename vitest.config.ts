import { defineConfig } from "vitest/config"

/** Tests of what the sources look like, not of what they do: the second pass, on a newer Node, leaves them out. */
const ofSourcesOnly = ["test/architecture.test.ts", "test/types/**"]

const isSecondPass = process.env.MILLRACE_SECOND_PASS === "1"

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    exclude: isSecondPass ? ofSourcesOnly : [],
    // The build is loaded as Node loads it for a user. Rewritten by the test runner, it would exist twice
    // (once here, once in worker threads) and generated code would meet other names than in real life.
    server: { deps: { external: [/[\\/]dist[\\/]/] } },
    // A guard against hanging, not a measure: tests wait for events, and two cores may be busy.
    testTimeout: 30_000,
    hookTimeout: 30_000,
    silent: "passed-only",
  },
})
