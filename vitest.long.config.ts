import { defineConfig } from "vitest/config"
import base from "./vitest.config.ts"

/** The longer proofs: one file after the other, so that each has all cores to itself. */
export default defineConfig({
  test: {
    ...base.test,
    include: ["test/**/*.long.ts"],
    fileParallelism: false,
    testTimeout: 1_800_000,
    hookTimeout: 300_000,
  },
})
