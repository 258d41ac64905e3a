/** How the bytes of a file become records: one implementation per format, one instance per file. */
export interface FileCutter {
  /** Nothing more of the file is wanted: what it has cannot be used, and was rejected. */
  readonly isOver?: boolean
  /** Takes the next bytes, cut anywhere, and hands over the records they complete. The bytes are written over later. */
  push(chunk: Buffer): void
  /** The file is at its end: hands over what is left, or rejects it. */
  end(): void
}
