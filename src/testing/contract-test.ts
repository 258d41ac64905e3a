/** One promise of a port. `run` rejects if an implementation does not keep it, and never resolves if it hangs. */
export interface ContractTest {
  readonly name: string
  run(): Promise<void>
}
