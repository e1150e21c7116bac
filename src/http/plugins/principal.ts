import fp from 'fastify-plugin';

declare module 'fastify' {
  interface FastifyRequest {
    /** Who makes the request, as `created_by` and `updated_by` name it. */
    principal: string;
  }
}

/** Who a request is from. Without authentication that is nobody in particular. */
export const principalPlugin = fp(
  (app, _options, done) => {
    app.decorateRequest('principal', 'anonymous');
    done();
  },
  { name: 'tams-principal', fastify: '5.x' },
);
