/**
 * Where a checkpoint lies: files of bytes by name, without folders among them. The port is small, so that files that tear
 * and forget, and a store of objects, can stand behind it as well.
 *
 * What is appended survives the death of the process once `append` has returned, and that of the machine once a `sync`
 * that began afterwards has. What is put is whole, on the disk, or not there.
 */
export interface Place {
  /** For messages. */
  readonly description: string
  list(): Promise<string[]>
  /** @throws if there is no such file */
  read(name: string): Promise<Buffer>
  /** Behind what the file has; a file that is not there is made. Calls for one file are made one after the other. */
  append(name: string, parts: readonly Uint8Array[]): Promise<void>
  /** What was appended to the file, and its name, are on the disk. */
  sync(name: string): Promise<void>
  /** Makes or replaces a file, all at once. */
  put(name: string, bytes: Uint8Array): Promise<void>
  remove(name: string): Promise<void>
  close(): Promise<void>
}
