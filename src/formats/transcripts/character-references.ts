/** Names in WebVTT and XML. Marks of direction become nothing: they are not speech. */
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

/** As in HTML, which WebVTT refers to: an invalid code becomes U+FFFD. */
function characterOf(code: number): string {
  const isCharacter = code > 0 && code <= MAX_CODE_POINT && !(code >= 0xd800 && code <= 0xdfff);
  return isCharacter ? String.fromCodePoint(code) : REPLACEMENT;
}
