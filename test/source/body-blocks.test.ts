import { expect, test } from "vitest"
import { BodyBlocks } from "#src/source/body-blocks.js"

const bytesOf = (size: number): Buffer => Buffer.from(Array.from({ length: size }, (_, i) => i % 251))

/** The body after it has come in pieces of this size. */
function blocksOf(body: Buffer, pieceBytes: number): BodyBlocks {
  const blocks = new BodyBlocks()
  for (let at = 0; at < body.length; at += pieceBytes) blocks.add(body.subarray(at, at + pieceBytes))
  return blocks
}

test.each([0, 1, 1_023, 1_024, 1_025, 65_536, 200_000])("a body of %i bytes is the same in any pieces", (size) => {
  const body = bytesOf(size)
  for (const pieceBytes of [1, 7, 1_000, 65_536, 1_000_000]) {
    const blocks = blocksOf(body, pieceBytes)
    expect(blocks.bytes).toBe(size)
    expect(Buffer.concat(blocks.blocks).equals(body)).toBe(true)
  }
})

test("what is held is about what has come, and few buffers, however small the pieces", () => {
  for (const size of [1, 5_000, 1_000_000]) {
    const { blocks } = blocksOf(bytesOf(size), 1)
    const heldBytes = blocks.reduce((sum, { buffer }) => sum + buffer.byteLength, 0)
    expect(heldBytes).toBeLessThanOrEqual(Math.max(1_024, 2 * size))
    expect(blocks.length).toBeLessThan(30)
  }
})

test("the pieces are copied: whoever reads them from the network may use their memory again", () => {
  const blocks = new BodyBlocks()
  const piece = Buffer.from("one")
  blocks.add(piece)
  piece.fill("x")
  expect(Buffer.concat(blocks.blocks).toString()).toBe("one")
})
