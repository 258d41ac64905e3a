/** What a file system refuses, in a sentence that says what to do. */

/** Runs `use`; where it fails by a refusal of the file system, the error says which, of which directory, and what to do. */
export async function sayFileProblem<T>(directory: string, use: () => Promise<T>): Promise<T> {
  try {
    return await use()
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    const say = code === undefined ? undefined : PROBLEMS[code]
    throw say === undefined ? error : new Error(`${say(directory)} (${code})`, { cause: error })
  }
}

type Sentence = (directory: string) => string

const forbidden: Sentence = (directory) =>
  `${directory} may not be written to; give this user the right to, or save to another directory`
const noDirectory: Sentence = (directory) =>
  `${directory} is a file, or lies under one, but a directory is needed; rename the file, or save to another directory`
const noRoom: Sentence = (directory) =>
  `there is no room for what is written to ${directory}; make room on its disk, or save to another directory`

const PROBLEMS: Readonly<Record<string, Sentence>> = {
  EACCES: forbidden,
  EPERM: forbidden,
  EROFS: forbidden,
  EEXIST: noDirectory,
  ENOTDIR: noDirectory,
  ENOSPC: noRoom,
  EDQUOT: noRoom,
  EFBIG: noRoom,
  ENOENT: (directory) =>
    `something in ${directory} has been removed while it was written; leave it alone while the job runs`,
  ENAMETOOLONG: (directory) => `${directory} is too long a path; save to another directory`,
  EMFILE: (directory) => `too many files are open to write to ${directory}; raise the limit (ulimit -n)`,
  ENFILE: (directory) => `too many files are open on this machine to write to ${directory}; close some`,
}
