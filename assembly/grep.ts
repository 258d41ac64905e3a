/** The lines that contain a text. */
import { CARRIAGE_RETURN, lineEndFrom, lineStartOf } from "./lines"
import { resume } from "./results"

/**
 * Writes start and end of each line that contains the needle, plus `base`, and returns how many. Goes on at `resumeAt`:
 * `end`, unless `spansMax` were found.
 */
export function grep(
  from: usize,
  end: usize,
  needle: usize,
  needleLength: usize,
  spans: usize,
  spansMax: u32,
  base: usize,
): u32 {
  let count: u32 = 0
  while (count < spansMax) {
    const at = search(from, end, needle, needleLength)
    if (at == end) {
      resume(end)
      return count
    }
    const lineEnd = lineEndFrom(at + needleLength, end)
    const span = spans + 8 * count
    const hasReturn = lineEnd < end && load<u8>(lineEnd - 1) == CARRIAGE_RETURN
    store<u32>(span, u32(lineStartOf(at, from) + base))
    store<u32>(span + 4, u32(lineEnd - usize(hasReturn) + base))
    count++
    from = min(lineEnd + 1, end)
  }
  resume(from)
  return count
}

/** The first place from `at` where the needle stands whole before `end`; else `end`. */
function search(at: usize, end: usize, needle: usize, length: usize): usize {
  if (at + length > end) return end
  const last = length - 1
  const stop = end - last
  const firsts = i8x16.splat(load<u8>(needle))
  const lasts = i8x16.splat(load<u8>(needle + last))
  while (at < stop) {
    // Both ends of the needle at once rule out nearly every place.
    const a = v128.and(i8x16.eq(v128.load(at), firsts), i8x16.eq(v128.load(at + last), lasts))
    const b = v128.and(i8x16.eq(v128.load(at, 16), firsts), i8x16.eq(v128.load(at + last, 16), lasts))
    const c = v128.and(i8x16.eq(v128.load(at, 32), firsts), i8x16.eq(v128.load(at + last, 32), lasts))
    const d = v128.and(i8x16.eq(v128.load(at, 48), firsts), i8x16.eq(v128.load(at + last, 48), lasts))
    if (v128.any_true(v128.or(v128.or(a, b), v128.or(c, d)))) {
      let places =
        u64(i8x16.bitmask(a)) |
        (u64(i8x16.bitmask(b)) << 16) |
        (u64(i8x16.bitmask(c)) << 32) |
        (u64(i8x16.bitmask(d)) << 48)
      for (; places != 0; places &= places - 1) {
        const place = at + usize(ctz(places))
        if (place >= stop) return end
        if (areEqual(place, needle, length)) return place
      }
    }
    at += 64
  }
  return end
}

function areEqual(a: usize, b: usize, length: usize): bool {
  let i: usize = 0
  for (; i + 8 <= length; i += 8) if (load<u64>(a + i) != load<u64>(b + i)) return false
  for (; i < length; i++) if (load<u8>(a + i) != load<u8>(b + i)) return false
  return true
}
