/** Speeds of J and L, as editors have them: each press is the next one. */
const SPEEDS = [1, 2, 4, 8, 16] as const;

/** The speed after a key; 0 is stopped, negative is backwards. */
export function shuttled(speed: number, key: 'j' | 'k' | 'l'): number {
  if (key === 'k') return 0;
  const direction = key === 'l' ? 1 : -1;
  if (speed * direction <= 0) return direction;
  const next = SPEEDS.find((each) => each > Math.abs(speed)) ?? SPEEDS[SPEEDS.length - 1] ?? 1;
  return direction * next;
}
