import { describe, expect, test } from "vitest"
import { chooseKernels, wasmIfFit } from "#src/compute/kernel/choose-kernels.js"
import { jsKernels } from "#src/compute/kernel/js-kernels.js"
import { makeWasmKernels } from "#src/compute/kernel/wasm-kernels.js"

test("kernels of WebAssembly are chosen where they run", () => expect(chooseKernels({}).form).toBe("wasm"))

test.each(["js", "wasm"] as const)("MILLRACE_KERNELS=%s chooses", (form) =>
  expect(chooseKernels({ MILLRACE_KERNELS: form }).form).toBe(form),
)

test.each(["", "JS", "c", "1"])("MILLRACE_KERNELS=%j is refused", (value) =>
  expect(() => chooseKernels({ MILLRACE_KERNELS: value })).toThrow(
    `the environment: the option "MILLRACE_KERNELS" expects "js" or "wasm", or not to be set, but got ${JSON.stringify(value)}`,
  ),
)

describe("those of WebAssembly are not fit", () => {
  test("where they give something else", () => {
    const wrong = { ...makeWasmKernels()!, countLines: () => 7 }
    expect(wasmIfFit(() => wrong)).toBe("WebAssembly gives other results than JavaScript here")
  })

  test("where there is no SIMD", () => expect(wasmIfFit(() => undefined)).toBe("WebAssembly has no SIMD here"))

  test("where they do not run", () =>
    expect(
      wasmIfFit(() => {
        throw new RangeError("no memory")
      }),
    ).toBe("WebAssembly does not run here (no memory)"))

  test("and are, where they give the same", () => expect(wasmIfFit(() => jsKernels)).toBe(jsKernels))
})
