import { describe, expect, it } from 'vitest';
import { byClasses } from '../../../../src/tams/access/by-classes.ts';
import { classesOf, giveAccess, inheritedTags } from '../../../../src/tams/access/access-classes.ts';
import { type Limits, type Rights, rightsOf } from '../../../../src/tams/access/rights.ts';
import { ANYBODY, type Scope, toPrincipal } from '../../../../src/shared/principal.ts';
import { accessCell, accessOf } from '../../../../src/tams/access/access.ts';
import { compileFilter } from '../../../../src/vastdb/predicate/evaluate.ts';

const rightsTo = (classes: string[]): Rights => {
  const rights = rightsOf({ scopes: ['read'], classes });
  expect(rights?.write).toBeUndefined();
  return rights ?? expect.fail();
};
const tag = (value: string): Record<string, string> => ({ auth_classes: value });

describe('the classes of tags', () => {
  it.each([
    ['news', ['news']],
    ['news,sport', ['news', 'sport']],
    [' news , sport ', ['news', 'sport']],
    ['news,news', ['news']],
    [',,', []],
    ['', []],
    ['a b', ['a b']],
  ])('%j name %j', (value, classes) => {
    expect(classesOf(tag(value))).toEqual(classes);
  });

  it('are everybody where there is no tag of their own', () => {
    expect(classesOf(undefined)).toBeUndefined();
    expect(classesOf({})).toBeUndefined();
    expect(classesOf(Object.create(tag('news')) as Record<string, string>)).toBeUndefined();
  });

  it('are inherited as they are written', () => {
    expect(inheritedTags({ ...tag(' news,'), other: 'x' })).toEqual(tag(' news,'));
    expect(inheritedTags({ other: 'x' })).toBeUndefined();
  });
});

describe('the predicate of a view', () => {
  const names = ['news', 'new', 'ews', 'NEWS', '*', '%', '|', 'a b', 'ä', '', ',', 'news,sport', 'sport', '__proto__'];

  it('picks exactly what the rule gives access to', () => {
    const tags = [
      undefined,
      {},
      tag(''),
      tag('*'),
      tag(','),
      ...names.flatMap((a) => names.map((b) => tag(`${a},${b}`))),
    ];
    let visible = 0;
    for (const classes of [[], ...names.flatMap((a) => names.map((b) => [a, b]))]) {
      const picks = compileFilter(accessOf({ rights: rightsTo(classes), right: 'read' }).visible, ['auth_classes']);
      for (const each of tags) {
        const given = giveAccess(
          each,
          classes.filter((name) => name !== '' && !name.includes(',')),
        );
        if (given) visible++;
        expect(picks([accessCell(each)]), `${JSON.stringify(classes)} of ${JSON.stringify(each)}`).toBe(given);
      }
      expect(picks([null])).toBe(false);
    }
    expect(visible).toBeGreaterThan(1_000);
  });
});

describe('rights', () => {
  const of = (classes: string[], scopes: Scope[] = ['read', 'write', 'delete']) => rightsOf({ classes, scopes });

  it('are all that the scopes allow, or one alone', () => {
    expect(of(['news', 'sport:read', 'sport:delete'])).toEqual({
      read: ['news', 'sport'],
      write: ['news'],
      delete: ['news', 'sport'],
    });
    expect(of(['news', 'sport:read'], ['write'])).toEqual({ read: undefined, write: ['news'], delete: undefined });
    expect(of(['news'], ['admin'])).toBeUndefined();
  });

  it('are of names that may have a colon, and are nothing where no right is named', () => {
    expect(of(['urn:news', 'urn:news:write', 'a:raed', ':read', 'a,b:read'], ['read'])?.read).toEqual([
      'urn:news',
      'a:raed',
    ]);
  });
});

describe('the services for a request', () => {
  const made: Limits[] = [];
  const all = {};
  const limitedTo = (limits: Limits): object => {
    made.push(limits);
    return {};
  };
  const of = byClasses(true, all, limitedTo);
  const asker = (scope: Scope, classes: string[] | undefined, needed: Scope = 'read') => ({
    auth: toPrincipal({ name: 'x', scopes: [scope], classes }),
    scope: needed,
  });

  it('are all where no classes limit its principal', () => {
    expect(of({ auth: ANYBODY, scope: 'read' })).toBe(all);
    expect(of(asker('read', undefined))).toBe(all);
    expect(of(asker('admin', ['news']))).toBe(all);
    expect(made).toEqual([]);
  });

  it('are all for everybody where the feature is off', () => {
    expect(byClasses(false, all, limitedTo)(asker('read', ['news']))).toBe(all);
    expect(made).toEqual([]);
  });

  it('are made once for each list of classes, and for each right', () => {
    const news = of(asker('read', ['news']));
    expect(news).not.toBe(all);
    expect(of(asker('read', ['news']))).toBe(news);
    expect(of(asker('read', []))).not.toBe(news);
    expect(of(asker('read', ['news', 'sport']))).not.toBe(news);
    expect(of(asker('read', ['news'], 'delete'))).not.toBe(news);
    expect(made.map(({ rights, right }) => [right, rights.read])).toEqual([
      ['read', ['news']],
      ['read', []],
      ['read', ['news', 'sport']],
      ['delete', ['news']],
    ]);
  });
});
