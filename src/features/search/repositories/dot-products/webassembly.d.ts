/** What is used of WebAssembly here; TypeScript declares it for browsers only, with all else that they have. */
declare namespace WebAssembly {
  class Memory {
    readonly buffer: ArrayBuffer;
    /** In pages of 64 KiB. */
    constructor(size: { readonly initial: number });
  }

  /** Opaque. Its constructor throws where the bytes are no valid module. */
  const Module: new (bytes: Uint8Array) => object;

  class Instance {
    readonly exports: Readonly<Record<string, unknown>>;
    constructor(module: object, imports: Readonly<Record<string, Readonly<Record<string, Memory>>>>);
  }
}
