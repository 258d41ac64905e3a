/**
 * Lines of 100 bytes: 99 of words with single spaces between, and a line end. Words are drawn by Zipf's law (s = 1) from a
 * dictionary of 100,000, about 16.5 a line.
 */
import { randomFrom } from "./random.ts"

export const LINE_BYTES = 100
const TEXT_BYTES = LINE_BYTES - 1
const WORDS = 100_000
const SEED = 20_130_101

/** How often a word has so many letters. */
const LENGTHS: readonly (readonly [letters: number, share: number])[] = [
  [3, 0.12],
  [4, 0.26],
  [5, 0.29],
  [6, 0.19],
  [7, 0.09],
  [8, 0.05],
]
const LETTERS_MIN = 3

/** Different words, the most frequent first. */
export function dictionary(): string[] {
  const random = randomFrom(SEED)
  const words = new Set<string>()
  while (words.size < WORDS) words.add(randomWord(random))
  return [...words]
}

function randomWord(random: () => number): string {
  let left = random()
  const letters = LENGTHS.find(([, share]) => (left -= share) < 0)?.[0] ?? LETTERS_MIN
  return String.fromCharCode(...Array.from({ length: letters }, () => 97 + Math.floor(random() * 26)))
}

/** So many lines. Fewer of them are the beginning of more. */
export function makeLines(lines: number, progress: (share: number) => void): Buffer {
  const words = dictionary()
  const ranks = zipfRanks(words.length)
  const bytes = Buffer.alloc(lines * LINE_BYTES)
  for (let line = 0; line < lines; line++) {
    if (line % 10_000 === 0) progress(line / lines)
    const text = makeLine(() => words[ranks()]!)
    bytes.write(`${text}\n`, line * LINE_BYTES, "latin1")
  }
  return bytes
}

/** A word that leaves a rest which no word fills is drawn again. */
function makeLine(draw: () => string): string {
  let text = ""
  for (;;) {
    const word = draw()
    const rest = TEXT_BYTES - text.length - word.length
    if (rest === 0) return text + word
    if (rest > LETTERS_MIN) text += `${word} `
  }
}

/** Draws 0, 1, 2, …, the n-th with a probability of 1/n. */
function zipfRanks(count: number): () => number {
  const random = randomFrom(SEED + 1)
  const upTo = new Float64Array(count)
  let sum = 0
  for (let rank = 0; rank < count; rank++) upTo[rank] = sum += 1 / (rank + 1)
  return () => {
    const wanted = random() * sum
    let [low, high] = [0, count - 1]
    while (low < high) {
      const middle = (low + high) >>> 1
      if (upTo[middle]! > wanted) high = middle
      else low = middle + 1
    }
    return low
  }
}
