/** What a call tells besides what it returns: numbers at fixed places in memory, so that reading them costs no call. */

const RESUME_AT: usize = 48
const SIZE: usize = 52
const HEAP_TOP: usize = 56
const IS_FULL: usize = 60

/** Where the next call goes on. */
export function resume(at: usize): void {
  store<u32>(RESUME_AT, u32(at))
}

/** How many keys a dictionary has. */
export function size(): u32 {
  return load<u32>(SIZE)
}

/** Where the bytes of its next key go. */
export function heapTop(): usize {
  return load<u32>(HEAP_TOP)
}

/** Whether it has turned a key away. */
export function isFull(): bool {
  return load<u32>(IS_FULL) != 0
}

export function turnAway(): void {
  store<u32>(IS_FULL, 1)
}

export function addKey(length: usize): void {
  store<u32>(SIZE, size() + 1)
  store<u32>(HEAP_TOP, u32(heapTop() + length))
}

export function beginHeap(at: usize): void {
  store<u32>(HEAP_TOP, u32(at))
}
