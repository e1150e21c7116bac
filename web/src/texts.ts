/** The texts of the shell; each page has its own in `texts/`. Texts lie in no component. */
export const shell = {
  brand: 'TAMS',
  skip: 'Skip to the page',
  pages: 'Pages',
  library: 'Library',
  search: 'Search',
  exr: 'EXR',
  usage: 'Usage',
  server: 'Server',
  bringIn: 'Bring in',
  searchEverything: 'Search everything that was said',
  theme: { label: 'Theme', dark: 'Dark', light: 'Light', system: 'System' },
  signOut: 'Sign out',
  lost: 'The server does not answer. The page tries again by itself.',
  notFound: 'There is no page at this address.',
  requestId: (id: string): string => `Request ${id}`,
  tryAgain: 'Try again',
  title: (page: string): string => `${page} - TAMS`,
};

/** Errors that come from no server. */
export const errors = {
  lost: 'The server does not answer.',
  unreadable: (status: number): string => `The server answered ${status} with no reason.`,
};
