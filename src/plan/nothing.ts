/** What is known of a task without running it: that nothing comes of nothing. */
import type { Stage, StageSource } from "./stage.ts"

/** Sources whose records are those that are read, or made of them: where none is read there is none. */
const GIVE_WHAT_THEY_READ: readonly StageSource["kind"][] = ["input", "rows", "combined", "cogrouped", "dealt"]

/**
 * Whether tasks of a stage give one and the same empty block where nothing is in what they read, in every step and
 * partition. No function of the program is called for it, and no state is asked: those that may make something of
 * nothing, or of time going by, are not among them.
 */
export const givesNothingOfNothing = ({ branches, end, per }: Stage): boolean =>
  per === "step" &&
  end.kind !== "state" &&
  end.kind !== "count" &&
  branches.every(({ source }) => GIVE_WHAT_THEY_READ.includes(source.kind))
