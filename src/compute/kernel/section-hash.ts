/**
 * `hashValue` of a string (`base/hash.ts`) from its UTF-8 bytes, without making the string. A key's section follows from
 * it, so it is the same function: murmur3 x86_32 over UTF-16 units, two to a word.
 */
export function sectionHash(bytes: Uint8Array, start: number, end: number): number {
  let hash = 0
  let units = 0
  let waiting = 0
  for (let at = start; at < end;) {
    const byte = bytes[at]!
    let unit = byte
    if (byte < 0x80) at++
    else if (byte < 0xe0) {
      unit = ((byte & 0x1f) << 6) | (bytes[at + 1]! & 0x3f)
      at += 2
    } else if (byte < 0xf0) {
      unit = ((byte & 0x0f) << 12) | ((bytes[at + 1]! & 0x3f) << 6) | (bytes[at + 2]! & 0x3f)
      at += 3
    } else {
      const point =
        ((byte & 0x07) << 18) |
        ((bytes[at + 1]! & 0x3f) << 12) |
        ((bytes[at + 2]! & 0x3f) << 6) |
        (bytes[at + 3]! & 0x3f)
      const lead = 0xd7c0 + (point >> 10)
      unit = 0xdc00 | (point & 0x3ff)
      at += 4
      if (units & 1) hash = mix(hash, waiting | (lead << 16))
      else waiting = lead
      units++
    }
    if (units & 1) hash = mix(hash, waiting | (unit << 16))
    else waiting = unit
    units++
  }
  if (units & 1) hash ^= scramble(waiting)
  return finish(hash ^ (units * 2))
}

function mix(hash: number, word: number): number {
  const h = hash ^ scramble(word)
  return (Math.imul((h << 13) | (h >>> 19), 5) + 0xe6546b64) | 0
}

function scramble(word: number): number {
  const k = Math.imul(word, 0xcc9e2d51)
  return Math.imul((k << 15) | (k >>> 17), 0x1b873593)
}

function finish(hash: number): number {
  let h = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35)
  return (h ^ (h >>> 16)) >>> 0
}
