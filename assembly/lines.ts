/** Line ends. */
export const NEWLINE: u8 = 0x0a
export const CARRIAGE_RETURN: u8 = 0x0d

/** How many there are from `at` until `end`. */
export function countLineEnds(at: usize, end: usize): u32 {
  const newline = i8x16.splat(NEWLINE)
  let count: u32 = 0
  while (at + 16 <= end) {
    // Each lane holds a byte, so it is emptied before it can overflow.
    const stop = min(at + 255 * 16, end - ((end - at) & 15))
    let counts = i8x16.splat(0)
    for (; at < stop; at += 16) counts = i8x16.sub(counts, i8x16.eq(v128.load(at), newline))
    const sums = i32x4.extadd_pairwise_i16x8_u(i16x8.extadd_pairwise_i8x16_u(counts))
    count +=
      i32x4.extract_lane(sums, 0) +
      i32x4.extract_lane(sums, 1) +
      i32x4.extract_lane(sums, 2) +
      i32x4.extract_lane(sums, 3)
  }
  for (; at < end; at++) count += u32(load<u8>(at) == NEWLINE)
  return count
}

/** The first line end from `at`, or `end` if there is none before. */
export function lineEndFrom(at: usize, end: usize): usize {
  const newline = i8x16.splat(NEWLINE)
  for (; at < end; at += 16) {
    const found = i8x16.bitmask(i8x16.eq(v128.load(at), newline))
    if (found != 0) return min(at + ctz(found), end)
  }
  return end
}

/** Where the line begins that `at` lies in, no earlier than `from`, which begins one. Reads up to 16 bytes before. */
export function lineStartOf(at: usize, from: usize): usize {
  const newline = i8x16.splat(NEWLINE)
  for (; at > from; at -= 16) {
    const found = i8x16.bitmask(i8x16.eq(v128.load(at - 16), newline))
    if (found != 0) return max(at + 16 - clz(found), from)
  }
  return from
}
