import { tams } from '../../api/client.ts';
import type { Subject } from '../../timeline/timeline-data.ts';
import type { TagValue } from './tag-value.ts';

/** Changes of a flow or a source, as TAMS 8.2 has them: a property each. All throw ApiError. */
export interface Edits {
  readonly label: (text: string) => Promise<void>;
  readonly description: (text: string) => Promise<void>;
  readonly setTag: (name: string, value: TagValue) => Promise<void>;
  readonly removeTag: (name: string) => Promise<void>;
}

/** @param done after each change. */
export function editsOf({ kind, id }: Subject, done: () => Promise<void>): Edits {
  const then = async (change: Promise<unknown>): Promise<void> => {
    await change;
    await done();
  };
  if (kind === 'flow') {
    const path = { flowId: id };
    return {
      label: (text) =>
        then(
          text === ''
            ? tams.DELETE('/flows/{flowId}/label', { params: { path } })
            : tams.PUT('/flows/{flowId}/label', { params: { path }, body: text }),
        ),
      description: (text) =>
        then(
          text === ''
            ? tams.DELETE('/flows/{flowId}/description', { params: { path } })
            : tams.PUT('/flows/{flowId}/description', { params: { path }, body: text }),
        ),
      setTag: (name, value) =>
        then(tams.PUT('/flows/{flowId}/tags/{name}', { params: { path: { ...path, name } }, body: value })),
      removeTag: (name) => then(tams.DELETE('/flows/{flowId}/tags/{name}', { params: { path: { ...path, name } } })),
    };
  }
  const path = { sourceId: id };
  return {
    label: (text) =>
      then(
        text === ''
          ? tams.DELETE('/sources/{sourceId}/label', { params: { path } })
          : tams.PUT('/sources/{sourceId}/label', { params: { path }, body: text }),
      ),
    description: (text) =>
      then(
        text === ''
          ? tams.DELETE('/sources/{sourceId}/description', { params: { path } })
          : tams.PUT('/sources/{sourceId}/description', { params: { path }, body: text }),
      ),
    setTag: (name, value) =>
      then(tams.PUT('/sources/{sourceId}/tags/{name}', { params: { path: { ...path, name } }, body: value })),
    removeTag: (name) => then(tams.DELETE('/sources/{sourceId}/tags/{name}', { params: { path: { ...path, name } } })),
  };
}
