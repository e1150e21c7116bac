import { lazy } from 'preact-iso';
import type { Scope } from './api/session.ts';
import { shell } from './texts.ts';

interface MenuEntry {
  /** The address below `/ui/`. */
  readonly path: string;
  readonly label: string;
  /** The scope without which it would be empty. */
  readonly needs: Scope;
}

/** Pages of the menu. */
export const MENU: readonly MenuEntry[] = [
  { path: '', label: shell.library, needs: 'read' },
  { path: 'search', label: shell.search, needs: 'read' },
  { path: 'exr', label: shell.exr, needs: 'read' },
  { path: 'usage', label: shell.usage, needs: 'read' },
  { path: 'server', label: shell.server, needs: 'read' },
  { path: 'bring-in', label: shell.bringIn, needs: 'write' },
];

/** Each is loaded when it is first shown. */
export const Library = lazy(() => import('./pages/library/index.tsx'));
export const Search = lazy(() => import('./pages/search/index.tsx'));
export const Exr = lazy(() => import('./pages/exr/index.tsx'));
export const Usage = lazy(() => import('./pages/usage/index.tsx'));
export const Server = lazy(() => import('./pages/server/index.tsx'));
export const BringIn = lazy(() => import('./pages/bring-in/index.tsx'));
/** A flow or a source, by `kind`. */
export const Media = lazy(() => import('./pages/media/index.tsx'));
export const SignIn = lazy(() => import('./pages/sign-in/index.tsx'));
