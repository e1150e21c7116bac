const MOST = 100;

/** Things that a cut says and that become otherwise: the first of them, since a cut may have very many clips. */
export class Warnings {
  readonly texts: string[] = [];

  add(text: string): void {
    if (this.texts.length < MOST) this.texts.push(text);
    else if (this.texts.length === MOST) this.texts.push('and more');
  }
}
