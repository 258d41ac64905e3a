/**
 * Keys to dense ids. A slot is small, so that many lie in the cache: 8 bits of the hash, to rule out most other keys, and
 * 24 of id + 1; 0 if it is empty. What a key is compared with is its record, in order of ids: keys that come often come
 * early, and so lie together.
 *
 *     0 first 8 bytes │ 8 next 8 bytes │ 16 length │ 20 where the bytes are │ 24 count │ 28 nothing
 */
import { areRestsEqual, high, layOutMask, low } from "./prefix"
import { addKey, beginHeap, heapTop, isFull, resume, size, turnAway } from "./results"

const SLOT_BYTES: usize = 4
const SLOTS_AT_FIRST: usize = 4096
const RECORD_BYTES: usize = 32
const TAG: u32 = 0xff000000

let records: usize = 0
let slots: usize = 0
let slotsEnd: usize = 0
/** A hash is shifted by so much to be the number of a slot. */
let shift: u64 = 0
let offsets: usize = 0
let heap: usize = 0
/** What the keys may still cost, and what each costs besides its bytes. */
let left: usize = 0
let costOfKey: usize = 0

/** Where its parts lie. `offsetsAt` gets a number more than there are keys; the slots may become as many as fit. */
export function layOutDictionary(
  recordsAt: usize,
  slotsAt: usize,
  offsetsAt: usize,
  heapAt: usize,
  costMax: usize,
  cost: usize,
): void {
  layOutMask()
  records = recordsAt
  slots = slotsAt
  offsets = offsetsAt
  heap = heapAt
  left = costMax
  costOfKey = cost
  beginHeap(heapAt)
  useSlots(SLOTS_AT_FIRST)
}

/** Ids of the words, at most `idsMax`. Goes on at `resumeAt`, before which all words have got ids. After `end` are 64 spaces. */
export function words(from: usize, end: usize, ids: usize, idsMax: u32): u32 {
  return eachWord(from, end, ids, idsMax, false)
}

/** Adds 1 to the counts of the words; gives the ids of those whose count was 0, at most `idsMax`. The same otherwise. */
export function countWords(from: usize, end: usize, ids: usize, idsMax: u32): u32 {
  return eachWord(from, end, ids, idsMax, true)
}

function eachWord(from: usize, end: usize, ids: usize, idsMax: u32, counting: bool): u32 {
  const idsEnd = ids + 4 * usize(idsMax)
  let id = ids
  let start = from
  for (let at = from; at < end; at += 64) {
    let places =
      separators(at) | (separators(at + 16) << 16) | (separators(at + 32) << 32) | (separators(at + 48) << 48)
    for (; places != 0; places &= places - 1) {
      const stop = at + usize(ctz(places))
      if (stop > start) {
        const found = intern(start, stop - start)
        if (found < 0) {
          resume(start)
          return u32((id - ids) >> 2)
        }
        if (!counting || isFirst(found)) {
          store<i32>(id, found)
          id += 4
          if (id == idsEnd) {
            resume(stop)
            return idsMax
          }
        }
      }
      start = stop + 1
    }
  }
  // A word that ends where the last block does is not followed by anything in it.
  if (start < end) {
    const found = intern(start, end - start)
    if (found < 0) {
      resume(start)
      return u32((id - ids) >> 2)
    }
    if (!counting || isFirst(found)) {
      store<i32>(id, found)
      id += 4
    }
  }
  resume(end)
  return u32((id - ids) >> 2)
}

/** Counts a key; says whether it had no count. The count lies with what the key was compared with, which is at hand. */
function isFirst(id: i32): bool {
  const record = records + usize(id) * RECORD_BYTES
  const count = load<u32>(record, 24)
  store<u32>(record, count + 1, 24)
  return count == 0
}

/** A bit for each of 16 bytes that stands between words: space, tab, line end (`\n`, `\r`), form feed. */
function separators(at: usize): u64 {
  const bytes = v128.load(at)
  // Of the bytes below 16, four find themselves in the table; all others find 0 or 0xff.
  const table = i8x16(-1, -1, -1, -1, -1, -1, -1, -1, -1, 9, 10, -1, 12, 13, -1, -1)
  const isSpace = i8x16.eq(bytes, i8x16.splat(0x20))
  return u64(i8x16.bitmask(v128.or(isSpace, i8x16.eq(bytes, i8x16.swizzle(table, bytes)))))
}

/** The id of a key, made now if it is new; −1 if there is no room for it. */
export function intern(at: usize, length: usize): i32 {
  const first = low(at, length)
  const second = high(at, length)
  const hash = length > 16 ? hashOfLong(at, length) : hashOf(first, second, u64(length))
  const slot = slotOf(hash, at, length, first, second)
  const entry = load<u32>(slot)
  return entry == 0 ? add(slot, hash, at, length) : i32(entry & ~TAG) - 1
}

/** The slot of a key: its own, or the empty one that it gets. */
function slotOf(hash: u64, at: usize, length: usize, first: u64, second: u64): usize {
  const tag = u32(hash) & TAG
  let slot = slots + usize(hash >> shift) * SLOT_BYTES
  while (true) {
    const entry = load<u32>(slot)
    if (entry == 0) return slot
    if ((entry & TAG) == tag) {
      const record = records + usize(entry & ~TAG) * RECORD_BYTES - RECORD_BYTES
      const differs =
        (load<u64>(record) ^ first) | (load<u64>(record, 8) ^ second) | (u64(load<u32>(record, 16)) ^ u64(length))
      if (differs == 0 && (length <= 16 || areRestsEqual(at, load<u32>(record, 20), length))) return slot
    }
    slot += SLOT_BYTES
    if (slot == slotsEnd) slot = slots
  }
}

function hashOf(first: u64, second: u64, length: u64): u64 {
  const mixed = (first ^ rotl<u64>((second + length) * 0x9fb21c651e98df25, 29)) * 0xd6e8feb86659fd93
  return (mixed ^ (mixed >> 32)) * 0x9e3779b97f4a7c15
}

function hashOfLong(at: usize, length: usize): u64 {
  let hash: u64 = length
  const last = at + length - 8
  for (; at < last; at += 8) hash = rotl<u64>((hash ^ load<u64>(at)) * 0xd6e8feb86659fd93, 29)
  return hashOf(hash, load<u64>(last), 0)
}

function add(slot: usize, hash: u64, at: usize, length: usize): i32 {
  if (isFull() || length + costOfKey > left) {
    turnAway()
    return -1
  }
  left -= length + costOfKey
  const id = size()
  const place = heapTop()
  // The key may be what was copied there to be looked up.
  if (at != place) memory.copy(place, at, length)
  addKey(length)
  store<u32>(offsets + 4 * id, u32(place - heap))
  store<u32>(offsets + 4 * id + 4, u32(heapTop() - heap))
  const record = records + usize(id) * RECORD_BYTES
  store<u64>(record, low(place, length))
  store<u64>(record + 8, high(place, length))
  store<u32>(record + 16, u32(length))
  store<u32>(record + 20, u32(place))
  store<u32>(record + 24, 0)
  store<u32>(slot, (u32(hash) & TAG) | (id + 1))
  const count = (slotsEnd - slots) / SLOT_BYTES
  if (usize(size()) * 4 > count * 3) useSlots(count * 2)
  return id
}

/** Begins with empty slots, a power of two of them, and puts every key into its new one. */
function useSlots(count: usize): void {
  slotsEnd = slots + count * SLOT_BYTES
  shift = 64 - ctz(u64(count))
  memory.fill(slots, 0, count * SLOT_BYTES)
  for (let id: u32 = 0; id < size(); id++) {
    const record = records + usize(id) * RECORD_BYTES
    const length = usize(load<u32>(record, 16))
    const hash =
      length > 16
        ? hashOfLong(load<u32>(record, 20), length)
        : hashOf(load<u64>(record), load<u64>(record, 8), u64(length))
    let slot = slots + usize(hash >> shift) * SLOT_BYTES
    while (load<u32>(slot) != 0) {
      slot += SLOT_BYTES
      if (slot == slotsEnd) slot = slots
    }
    store<u32>(slot, (u32(hash) & TAG) | (id + 1))
  }
}
