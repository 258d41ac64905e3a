/** What grep looks for: a word of six letters that about two lines in a thousand have. */
export const PATTERN = "evacsj"
