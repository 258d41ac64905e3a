/** Rows by section, in each as they come; `starts` is the first place of each section. */
export function inSections(
  rows: number,
  sections: number,
  sectionOf: (row: number) => number,
): { readonly order: Int32Array; readonly starts: readonly number[] } {
  const of = new Int32Array(rows)
  const ends = Array.from({ length: sections }, () => 0)
  if (sections > 1) for (let row = 0; row < rows; row++) of[row] = sectionOf(row)
  for (let row = 0; row < rows; row++) ends[of[row]!]!++
  let start = 0
  const starts = ends.map((size) => (start += size) - size)
  const next = [...starts]
  const order = new Int32Array(rows)
  for (let row = 0; row < rows; row++) order[next[of[row]!]!++] = row
  return { order, starts }
}
