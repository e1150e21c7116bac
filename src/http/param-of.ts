/** A path parameter of routes that are made for several resources. */
export function paramOf(request: { params: unknown }, name: string): string {
  return (request.params as Record<string, string>)[name] ?? '';
}
