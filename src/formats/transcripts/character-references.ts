/** Those of WebVTT and XML; marks of direction are no part of what is said. */
const NAMED: ReadonlyMap<string, string> = new Map([
  ['amp', '&'],
  ['lt', '<'],
  ['gt', '>'],
  ['quot', '"'],
  ['apos', "'"],
  ['nbsp', ' '],
  ['lrm', ''],
  ['rlm', ''],
]);
const REFERENCE = /&(?:#(\d{1,7})|#[xX]([\da-fA-F]{1,6})|([a-z]{1,8}));/g;
const REPLACEMENT = '\uFFFD';
const MAX_CODE_POINT = 0x10ffff;

/** Replaces references to characters, named or numeric, by the characters; names that are not known stay as they are. */
export function decodeReferences(text: string): string {
  return text.replace(REFERENCE, (reference: string, decimal?: string, hex?: string, name?: string) => {
    if (name !== undefined) return NAMED.get(name) ?? reference;
    return characterOf(hex === undefined ? Number(decimal) : Number.parseInt(hex, 16));
  });
}

/** As HTML has it, which WebVTT refers to: what is no character is shown as one that says so. */
function characterOf(code: number): string {
  const isCharacter = code > 0 && code <= MAX_CODE_POINT && !(code >= 0xd800 && code <= 0xdfff);
  return isCharacter ? String.fromCodePoint(code) : REPLACEMENT;
}
