import Type from 'typebox';

/** TAMS 7.0, `schemas/{service,service-post,event-stream-common}.json`. */

export const ServiceSchema = Type.Object(
  {
    name: Type.Optional(Type.String()),
    description: Type.Optional(Type.String()),
    type: Type.String({ description: 'Starts with `urn:x-tams:service`.' }),
    api_version: Type.String({ pattern: '^(0|[1-9]\\d*)\\.(0|[1-9]\\d*)$' }),
    service_version: Type.Optional(Type.String()),
    event_stream_mechanisms: Type.Optional(
      Type.Array(
        Type.Object(
          { name: Type.String(), docs: Type.Optional(Type.String()), config: Type.Optional(Type.Object({})) },
          { title: 'EventStreamMechanism' },
        ),
      ),
    ),
  },
  { title: 'Service' },
);

export const ServiceUpdateSchema = Type.Object(
  { name: Type.Optional(Type.String()), description: Type.Optional(Type.String()) },
  { title: 'ServiceUpdate', examples: [{ name: 'News', description: 'What the newsroom records' }] },
);
