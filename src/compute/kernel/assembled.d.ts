/** The WebAssembly module made from `assembly/`, in base64. The build writes it: `scripts/assemble-kernels.mjs`. */
export declare const assembled: string
