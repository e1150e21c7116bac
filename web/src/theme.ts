import { effect, signal } from '@preact/signals';

export type Theme = 'system' | 'dark' | 'light';

const KEY = 'tams-theme';
const system = matchMedia('(prefers-color-scheme: dark)');
const systemIsDark = signal(system.matches);
system.addEventListener('change', ({ matches }) => {
  systemIsDark.value = matches;
});

const kept = localStorage.getItem(KEY);
/** The choice of this browser's user. */
export const theme = signal<Theme>(kept === 'dark' || kept === 'light' ? kept : 'system');

/** The colours in use now: canvases draw themselves again when it changes. */
export const shownTheme = signal<'dark' | 'light'>('light');

effect(() => {
  localStorage.setItem(KEY, theme.value);
  shownTheme.value = theme.value === 'system' ? (systemIsDark.value ? 'dark' : 'light') : theme.value;
  document.documentElement.dataset['theme'] = shownTheme.value;
});
