/** A body in pieces: in two for each place where it can be cut, in three for a few, and byte by byte. */
export function cuttings(body: Buffer): Buffer[][] {
  const inTwo = Array.from({ length: body.length + 1 }, (_, at) => [body.subarray(0, at), body.subarray(at)])
  const inThree = inTwo.map(([a, b]) => [a!, b!.subarray(0, 1), b!.subarray(1)])
  return [[body], [...body].map((byte) => Buffer.of(byte)), ...inTwo, ...inThree]
}
