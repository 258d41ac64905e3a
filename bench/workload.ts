/** What the programs are about, where loops and recounts must know it too. */

/** What grep looks for: a word of six letters that about two lines in a thousand have. */
export const PATTERN = "evacsj"

/** The windows of the programs, in steps. */
export const WINDOW_STEPS = 30
