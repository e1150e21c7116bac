/** The part of WebAssembly that is used here; TypeScript declares it only together with all of the browser's API. */
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
