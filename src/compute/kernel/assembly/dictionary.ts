/**
 * Keys to dense ids. A slot holds all that most questions need, in half a cache line:
 *
 *     0 first 8 bytes │ 8 next 8 bytes │ 16 length + 1, or 0 if empty │ 20 id │ 24 where the bytes are │ 28 nothing
 */
import { areRestsEqual, high, layOutMask, low } from "./prefix"
import { addKey, beginHeap, heapTop, isFull, resume, size, turnAway } from "./results"
import { sectionHash } from "./section-hash"

const SLOT_BYTES: usize = 32
const SLOTS_AT_FIRST: usize = 4096

let slots: usize = 0
let slotsEnd: usize = 0
/** A hash is shifted by so much to be the number of a slot. */
let shift: u64 = 0
let offsets: usize = 0
let hashes: usize = 0
let heap: usize = 0
/** What the keys may still cost, and what each costs besides its bytes. */
let left: usize = 0
let costOfKey: usize = 0

/** Where its parts lie. `offsetsAt` gets a number more than there are keys; the slots may become as many as fit. */
export function layOutDictionary(
  slotsAt: usize,
  offsetsAt: usize,
  hashesAt: usize,
  heapAt: usize,
  costMax: usize,
  cost: usize,
): void {
  layOutMask()
  slots = slotsAt
  offsets = offsetsAt
  hashes = hashesAt
  heap = heapAt
  left = costMax
  costOfKey = cost
  beginHeap(heapAt)
  useSlots(SLOTS_AT_FIRST)
}

/** Ids of the words, at most `idsMax`. Goes on at `resumeAt`, before which all words have got ids. After `end` are 64 spaces. */
export function words(from: usize, end: usize, ids: usize, idsMax: u32): u32 {
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
        store<i32>(id, found)
        id += 4
        if (id == idsEnd) {
          resume(stop)
          return idsMax
        }
      }
      start = stop + 1
    }
  }
  resume(end)
  return u32((id - ids) >> 2)
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
  const slot = slotOf(at, length)
  return load<u32>(slot, 16) == 0 ? add(slot, at, length) : load<i32>(slot, 20)
}

/** The id of a key, or −1. */
export function find(at: usize, length: usize): i32 {
  const slot = slotOf(at, length)
  return load<u32>(slot, 16) == 0 ? -1 : load<i32>(slot, 20)
}

/** The slot of a key: its own, or the empty one that it gets. */
function slotOf(at: usize, length: usize): usize {
  const first = low(at, length)
  const second = high(at, length)
  const tag = u32(length) + 1
  const hash = length > 16 ? hashOfLong(at, length) : hashOf(first, second, tag)
  let slot = slots + usize(hash >> shift) * SLOT_BYTES
  while (true) {
    const differs = (load<u64>(slot) ^ first) | (load<u64>(slot, 8) ^ second) | (u64(load<u32>(slot, 16)) ^ u64(tag))
    if (differs == 0 && (length <= 16 || areRestsEqual(at, load<u32>(slot, 24), length))) return slot
    if (load<u32>(slot, 16) == 0) return slot
    slot += SLOT_BYTES
    if (slot == slotsEnd) slot = slots
  }
}

function hashOf(first: u64, second: u64, tag: u32): u64 {
  const mixed = (first ^ rotl<u64>((second + tag) * 0x9fb21c651e98df25, 29)) * 0xd6e8feb86659fd93
  return (mixed ^ (mixed >> 32)) * 0x9e3779b97f4a7c15
}

function hashOfLong(at: usize, length: usize): u64 {
  let hash: u64 = length
  const last = at + length - 8
  for (; at < last; at += 8) hash = rotl<u64>((hash ^ load<u64>(at)) * 0xd6e8feb86659fd93, 29)
  return hashOf(hash, load<u64>(last), 0)
}

function add(slot: usize, at: usize, length: usize): i32 {
  if (isFull() || length + costOfKey > left) {
    turnAway()
    return -1
  }
  left -= length + costOfKey
  const id = size()
  const place = heapTop()
  // The key may be what was copied there to be looked up.
  if (at != place) memory.copy(place, at, length)
  store<u32>(hashes + 4 * id, sectionHash(place, place + length))
  addKey(length)
  store<u32>(offsets + 4 * id, u32(place - heap))
  store<u32>(offsets + 4 * id + 4, u32(heapTop() - heap))
  fill(slot, id, place, length)
  const count = (slotsEnd - slots) / SLOT_BYTES
  if (usize(size()) * 4 > count * 3) useSlots(count * 2)
  return id
}

function fill(slot: usize, id: u32, place: usize, length: usize): void {
  store<u64>(slot, low(place, length))
  store<u64>(slot + 8, high(place, length))
  store<u32>(slot + 16, u32(length) + 1)
  store<u32>(slot + 20, id)
  store<u32>(slot + 24, u32(place))
}

/** Begins with empty slots, a power of two of them, and puts every key into its new one. */
function useSlots(count: usize): void {
  slotsEnd = slots + count * SLOT_BYTES
  shift = 64 - ctz(u64(count))
  memory.fill(slots, 0, count * SLOT_BYTES)
  for (let id: u32 = 0; id < size(); id++) {
    const place = heap + load<u32>(offsets + 4 * id)
    const length = heap + load<u32>(offsets + 4 * id + 4) - place
    fill(slotOf(place, length), id, place, length)
  }
}
