import type { FastifySwaggerUiOptions } from '@fastify/swagger-ui';

/** A flow of four segments, one of which is chosen. */
const ICON =
  '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><rect width="32" height="32" rx="6" fill="#1b2733"/>' +
  '<path fill="#8aa4b8" d="M4 12h5v8H4zM11 12h5v8h-5zM25 12h3v8h-3z"/><path fill="#ffb000" d="M18 8h5v16h-5z"/></svg>';

/** Each HEAD has the parameters and the headers of its GET: shown as well, the list would be half as long again. */
const STYLE = `
.swagger-ui .opblock-head { display: none; }
.swagger-ui .info { margin: 24px 0; }
.swagger-ui .opblock-tag small { flex: 2; }
`;

/** How the pages at `/docs` look: the groups of operations closed, to be seen at a glance; no bar of Swagger's own. */
export const docsPage: Omit<FastifySwaggerUiOptions, 'routePrefix'> = {
  theme: {
    title: 'VAST TAMS API',
    css: [{ filename: 'docs.css', content: STYLE }],
    favicon: [{ filename: 'icon.svg', rel: 'icon', type: 'image/svg+xml', sizes: 'any', content: ICON }],
  },
  uiConfig: {
    layout: 'BaseLayout',
    docExpansion: 'none',
    defaultModelsExpandDepth: 0,
    displayRequestDuration: true,
    filter: true,
  },
};
