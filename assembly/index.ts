/**
 * The byte kernels in AssemblyScript: 16 bytes at a time. This folder is no TypeScript; `scripts/assemble-kernels.mjs`
 * makes one WebAssembly module of it. Who calls sees to it that each range of bytes may be read 256 bytes beyond its end.
 */
export { countLineEnds } from "./lines"
export { grep } from "./grep"
export { layOutDictionary, intern, words, countWords } from "./dictionary"
export { useNames, project } from "./fields"
