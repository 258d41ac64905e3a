/** Runs with kernels of one form, whichever would be chosen. */
export type KernelForm = "js" | "wasm"

const VARIABLE = "MILLRACE_KERNELS"

export async function withKernels<T>(form: KernelForm, run: () => Promise<T>): Promise<T> {
  const { [VARIABLE]: before } = process.env
  process.env[VARIABLE] = form
  try {
    return await run()
  } finally {
    if (before === undefined) delete process.env[VARIABLE]
    else process.env[VARIABLE] = before
  }
}
