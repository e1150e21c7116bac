/** Many may share it, or one may have it alone; first come, first served. */
export class SharedLock {
  #sharing = 0;
  #exclusive = false;
  #waiting: { readonly exclusive: boolean; readonly go: () => void }[] = [];

  shared<T>(work: () => Promise<T>): Promise<T> {
    return this.#hold(false, work);
  }

  exclusive<T>(work: () => Promise<T>): Promise<T> {
    return this.#hold(true, work);
  }

  async #hold<T>(exclusive: boolean, work: () => Promise<T>): Promise<T> {
    await new Promise<void>((go) => {
      this.#waiting.push({ exclusive, go });
      this.#admit();
    });
    try {
      return await work();
    } finally {
      if (exclusive) this.#exclusive = false;
      else this.#sharing -= 1;
      this.#admit();
    }
  }

  #admit(): void {
    for (let next = this.#waiting[0]; next !== undefined; next = this.#waiting[0]) {
      if (this.#exclusive || (next.exclusive && this.#sharing > 0)) return;
      this.#waiting.shift();
      if (next.exclusive) this.#exclusive = true;
      else this.#sharing += 1;
      next.go();
    }
  }
}
