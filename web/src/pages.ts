import { lazy } from 'preact-iso';
import { shell } from './texts.ts';

/** Pages of the menu, by their address below `/ui/`. */
export const MENU = [
  { path: '', label: shell.library },
  { path: 'search', label: shell.search },
  { path: 'exr', label: shell.exr },
  { path: 'usage', label: shell.usage },
  { path: 'server', label: shell.server },
  { path: 'bring-in', label: shell.bringIn },
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
