/** What is used of WebAssembly, which neither the language's library nor Node's types declare. */

/** Compiled code; an instance is made of it and a memory. */
export interface WasmModule {
  readonly [Symbol.toStringTag]: string
}

interface WebAssemblyGlobal {
  validate(code: Uint8Array): boolean
  readonly Module: new (code: Uint8Array) => WasmModule
  readonly Memory: new (pages: { initial: number; maximum: number }) => { readonly buffer: ArrayBuffer }
  readonly Instance: new (module: WasmModule, imports: { env: { memory: object } }) => { readonly exports: object }
}

export const webAssembly: WebAssemblyGlobal = (globalThis as unknown as { WebAssembly: WebAssemblyGlobal }).WebAssembly
