const fetchAsUsual = globalThis.fetch;
const origins = new Set<string>();

/** Gives each request to the origin a connection of its own, so that requests meet all processes of a server. */
export function spreadRequests(origin: string): void {
  origins.add(origin);
  globalThis.fetch = spreading;
}

const spreading: typeof fetch = (input, init) => {
  const { origin, pathname } = new URL(input instanceof Request ? input.url : input);
  // Node.js 24 throws where a server closes the connection of a large body that waits to be read (nodejs/undici#5360).
  if (!origins.has(origin) || pathname.startsWith('/media/')) return fetchAsUsual(input, init);
  const headers = new Headers(input instanceof Request ? input.headers : undefined);
  for (const [name, value] of new Headers(init?.headers)) headers.set(name, value);
  headers.set('connection', 'close');
  return fetchAsUsual(input, { ...init, headers });
};
