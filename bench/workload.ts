/** What the programs are about, where loops and recounts must know it too. */

/** What grep looks for: a word of six letters that about two lines in a thousand have. */
export const PATTERN = "evacsj"

/**
 * So many numbers the program `stage` has, and then the same again. Three times as much is still a small integer to V8:
 * with larger ones loops become several times slower after some hundred steps.
 */
export const STAGE_NUMBERS = 100_000_000

/** The windows of the programs, in steps. */
export const WINDOW_STEPS = 30
