const MOST = 100;

/** What becomes of a cut otherwise than it says: the first of it, since a cut may have very many clips. */
export class Warnings {
  readonly texts: string[] = [];

  add(text: string): void {
    if (this.texts.length < MOST) this.texts.push(text);
    else if (this.texts.length === MOST) this.texts.push('and more');
  }
}
