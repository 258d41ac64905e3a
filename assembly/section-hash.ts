/** The partitioner's hash of `base/hash.ts`, of a string given by its UTF-8 bytes: murmur3 over its UTF-16 units. */

let hash: u32 = 0
let units: u32 = 0
let waiting: u32 = 0

export function sectionHash(at: usize, end: usize): u32 {
  hash = 0
  units = 0
  while (at < end) {
    const byte = u32(load<u8>(at))
    if (byte < 0x80) {
      add(byte)
      at++
    } else if (byte < 0xe0) {
      add(((byte & 0x1f) << 6) | low6(at + 1))
      at += 2
    } else if (byte < 0xf0) {
      add(((byte & 0x0f) << 12) | (low6(at + 1) << 6) | low6(at + 2))
      at += 3
    } else {
      const point = ((byte & 0x07) << 18) | (low6(at + 1) << 12) | (low6(at + 2) << 6) | low6(at + 3)
      add(0xd7c0 + (point >> 10))
      add(0xdc00 | (point & 0x3ff))
      at += 4
    }
  }
  if (units & 1) hash ^= scramble(waiting)
  return finish(hash ^ (units * 2))
}

function low6(at: usize): u32 {
  return load<u8>(at) & 0x3f
}

function add(unit: u32): void {
  if (units & 1) hash = rotl(hash ^ scramble(waiting | (unit << 16)), 13) * 5 + 0xe6546b64
  else waiting = unit
  units++
}

function scramble(word: u32): u32 {
  return rotl(word * 0xcc9e2d51, 15) * 0x1b873593
}

function finish(h: u32): u32 {
  h = (h ^ (h >> 16)) * 0x85ebca6b
  h = (h ^ (h >> 13)) * 0xc2b2ae35
  return h ^ (h >> 16)
}
