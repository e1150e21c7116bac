import { describe, expect, it } from 'vitest';
import type { EventScope } from '../../../../../src/tams/webhooks/event.ts';
import type { PublicWebhook, WebhookEvent } from '../../../../../src/tams/webhooks/webhook.ts';
import { matches } from '../../../../../src/tams/webhooks/delivery/event-filter.ts';

const URL = 'https://hook.example/';
const events: WebhookEvent[] = ['flows/created', 'flows/segments_added', 'sources/created'];
const ofFlow: EventScope = {
  flowId: 'flow',
  sourceId: 'source',
  flowCollectedBy: ['collector', 'another'],
  sourceCollectedBy: ['collecting source'],
};
const ofSource: EventScope = { sourceId: 'source', sourceCollectedBy: ['collecting source'] };

const about = (filters: Partial<PublicWebhook>, type: WebhookEvent = 'flows/created'): boolean =>
  matches(
    { webhook: { url: URL, events, ...filters }, classes: undefined },
    type,
    type.startsWith('sources') ? ofSource : ofFlow,
  );

describe('matches', () => {
  it('looks at the type', () => {
    expect([about({}), about({}, 'sources/created'), about({}, 'flows/deleted')]).toEqual([true, true, false]);
  });

  it.each([
    [{ flow_ids: ['flow'] }, true, true],
    [{ flow_ids: ['other'] }, false, true],
    [{ source_ids: ['other', 'source'] }, true, true],
    [{ source_ids: ['other'] }, false, false],
    [{ flow_collected_by_ids: ['another'] }, true, true],
    [{ flow_collected_by_ids: ['flow'] }, false, true],
    [{ source_collected_by_ids: ['collecting source'] }, true, true],
    [{ source_collected_by_ids: ['source'] }, false, false],
    [{ flow_ids: ['flow'], source_ids: ['other'] }, false, false],
    [{ flow_ids: ['flow'], flow_collected_by_ids: ['none'] }, false, true],
    [{ flow_ids: [] }, false, true],
    [{ source_ids: [] }, false, false],
    [{ flow_collected_by_ids: [] }, false, true],
    [{ flow_collected_by_ids: null }, false, true],
    [{ source_collected_by_ids: null }, false, false],
  ] as [Partial<PublicWebhook>, boolean, boolean][])('%j: of flows %s, of sources %s', (filters, flows, sources) => {
    expect(about(filters)).toBe(flows);
    expect(about(filters, 'flows/segments_added')).toBe(flows);
    expect(about(filters, 'sources/created')).toBe(sources);
  });

  it.each([[['collector']], [null]])('lets nothing through to %j where collectors were not looked up', (ids) => {
    const webhook = { url: URL, events, flow_collected_by_ids: ids };
    const subscription = { webhook, classes: undefined };
    expect(matches(subscription, 'flows/created', { flowId: 'flow', sourceId: 'source' })).toBe(false);
  });

  it('tells of what nothing collects where it is asked for', () => {
    const webhook = { url: URL, events, flow_collected_by_ids: null, source_collected_by_ids: null };
    const scope = { flowId: 'flow', sourceId: 'source', flowCollectedBy: [], sourceCollectedBy: [] };
    expect(matches({ webhook, classes: undefined }, 'flows/created', scope)).toBe(true);
  });

  it.each([
    [['news'], ['news', 'sport'], true],
    [['sport', 'news'], ['news'], true],
    [['sport'], ['news'], false],
    [[], ['news'], false],
    [['news'], [], false],
    [[], null, true],
    [['news'], undefined, false],
    [undefined, undefined, true],
    [undefined, ['news'], true],
  ])('classes %j are told of what gives access to %j: %s', (classes, given, expected) => {
    const subscription = { webhook: { url: URL, events }, classes };
    const access = (name: string) => (given === undefined ? {} : { [name]: given });
    const flow: EventScope = { flowId: 'flow', sourceId: 'source', sourceClasses: null, ...access('flowClasses') };
    expect(matches(subscription, 'flows/created', flow)).toBe(expected);
    const source: EventScope = { sourceId: 'source', flowClasses: null, ...access('sourceClasses') };
    expect(matches(subscription, 'sources/created', source)).toBe(expected);
  });
});
