import { describe, expect, it } from 'vitest';
import { byClasses } from '../../src/tams/access/by-classes.ts';
import { classesOf, giveAccess, inheritedTags } from '../../src/tams/access/access-classes.ts';
import { ANYBODY, toPrincipal } from '../../src/shared/principal.ts';
import { accessCell, accessOf } from '../../src/tams/access/access.ts';
import { compileFilter } from '../../src/vastdb/predicate/evaluate.ts';

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
      const picks = compileFilter(accessOf(classes).visible, ['auth_classes']);
      for (const each of tags) {
        const given = giveAccess(each, classes);
        if (given) visible++;
        expect(picks([accessCell(each)]), `${JSON.stringify(classes)} of ${JSON.stringify(each)}`).toBe(given);
      }
      expect(picks([null])).toBe(false);
    }
    expect(visible).toBeGreaterThan(1_000);
  });
});

describe('the services of a principal', () => {
  const made: (readonly string[])[] = [];
  const all = {};
  const limitedTo = (classes: readonly string[]): object => {
    made.push(classes);
    return {};
  };
  const of = byClasses(true, all, limitedTo);
  const principal = (scope: 'read' | 'admin', classes: string[] | undefined) =>
    toPrincipal({ name: 'x', scopes: [scope], classes });

  it('are all where no classes limit it', () => {
    expect(of(ANYBODY)).toBe(all);
    expect(of(principal('read', undefined))).toBe(all);
    expect(of(principal('admin', ['news']))).toBe(all);
    expect(made).toEqual([]);
  });

  it('are all for everybody where the feature is off', () => {
    expect(byClasses(false, all, limitedTo)(principal('read', ['news']))).toBe(all);
    expect(made).toEqual([]);
  });

  it('are made once for each list of classes', () => {
    const news = of(principal('read', ['news']));
    expect(news).not.toBe(all);
    expect(of(principal('read', ['news']))).toBe(news);
    expect(of(principal('read', []))).not.toBe(news);
    expect(of(principal('read', ['news', 'sport']))).not.toBe(news);
    expect(made).toEqual([['news'], [], ['news', 'sport']]);
  });
});
