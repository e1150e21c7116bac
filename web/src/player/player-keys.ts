import { signal } from '@preact/signals';

/** Whether keys act while nothing has the focus; in the player and the timeline they always do (WCAG 2.2, 2.1.4). */
export const actAnywhere = signal(true);

/** The requests that the player takes. */
export type PlayerCommand =
  | 'toggle'
  | 'j'
  | 'k'
  | 'l'
  | 'back'
  | 'on'
  | 'back-second'
  | 'on-second'
  | 'start'
  | 'end'
  | 'live'
  | 'in'
  | 'out'
  | 'clear'
  | 'play-range';

const KEYS: Readonly<Record<string, PlayerCommand>> = {
  ' ': 'toggle',
  j: 'j',
  k: 'k',
  l: 'l',
  ArrowLeft: 'back',
  ArrowRight: 'on',
  Home: 'start',
  End: 'end',
  i: 'in',
  o: 'out',
  x: 'clear',
  p: 'play-range',
};

/** The command of a key; undefined for others, and where a key means something else: elsewhere, in a field, or on a button. */
export function commandOf(event: KeyboardEvent): PlayerCommand | undefined {
  if (event.ctrlKey || event.metaKey || event.altKey) return undefined;
  const target = event.target;
  if (!(target instanceof Element) || !isForPlayer(target)) return undefined;
  if (event.key === ' ' && target.closest('button, a, summary') !== null) return undefined;
  const command = KEYS[event.key.length === 1 ? event.key.toLowerCase() : event.key];
  if (event.shiftKey && command === 'back') return 'back-second';
  if (event.shiftKey && command === 'on') return 'on-second';
  return command;
}

function isForPlayer(target: Element): boolean {
  if (target.closest('input, select, textarea, dialog, [contenteditable]') !== null) return false;
  if (target.closest('.player, .timeline') !== null) return true;
  return actAnywhere.peek() && target === document.body;
}
