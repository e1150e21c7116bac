const LETTERS = Array.from('abcdefghijklmnopqrstuvwxyz');

let tags: Map<string, string> | undefined;

/**
 * A language as BCP 47, in its one spelling (`en-GB`). Transcribers give its English name (`german`) or its code; null
 * for anything else.
 */
export function languageTag(name: string): string | null {
  tags ??= tagsByName();
  const known = tags.get(name.toLowerCase());
  if (known !== undefined) return known;
  try {
    return Intl.getCanonicalLocales(name)[0] ?? null;
  } catch {
    return null;
  }
}

function tagsByName(): Map<string, string> {
  const names = new Intl.DisplayNames('en', { type: 'language', fallback: 'none' });
  const found = new Map<string, string>();
  for (const tag of LETTERS.flatMap((first) => LETTERS.map((second) => first + second))) {
    const name = names.of(tag)?.toLowerCase();
    // Withdrawn codes have the same name as those that replaced them.
    if (name !== undefined && Intl.getCanonicalLocales(tag)[0] === tag) found.set(name, tag);
  }
  return found;
}
