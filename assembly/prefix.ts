/** The first 16 bytes of a key as two words, with zeros for what lies beyond its end. */

/** 16 bytes of ones, then 16 of zeros: read from the middle backwards, they leave only a key's own bytes. */
const ONES: usize = 16

export function layOutMask(): void {
  memory.fill(ONES, 0xff, 16)
  memory.fill(ONES + 16, 0, 16)
}

/** A mask of at most 16 bytes, from the first. */
export function ones(length: usize): v128 {
  return v128.load(ONES + 16 - length)
}

export function low(at: usize, length: usize): u64 {
  return load<u64>(at) & load<u64>(ONES + 16 - min<usize>(length, 16))
}

export function high(at: usize, length: usize): u64 {
  return load<u64>(at, 8) & load<u64>(ONES + 24 - min<usize>(length, 16))
}

/** Whether two keys of the same length and the same first 16 bytes are the same in the others. */
export function areRestsEqual(a: usize, b: usize, length: usize): bool {
  let i: usize = 16
  for (; i + 8 <= length; i += 8) if (load<u64>(a + i) != load<u64>(b + i)) return false
  // The last 8 bytes, of which some have been looked at.
  return load<u64>(a + length - 8) == load<u64>(b + length - 8)
}
