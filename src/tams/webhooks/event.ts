import type { AccessClasses } from '../access/access-classes.ts';
import type { JsonText } from '../../shared/paging.ts';
import type { WebhookEvent } from './webhook.ts';

/** The subject of an event, by which registrations filter. */
export interface EventScope {
  /** Absent of events about sources. */
  readonly flowId?: string;
  readonly sourceId: string;
  /** The flows that collect the flow; absent where no registration asked for it. */
  readonly flowCollectedBy?: readonly string[];
  /** The sources that collect the source; absent where no registration asked for it. */
  readonly sourceCollectedBy?: readonly string[];
  /** The classes with access to the flow at the time of the event; absent where no limited registration asked for it. */
  readonly flowClasses?: AccessClasses;
  /** The same of the source. */
  readonly sourceClasses?: AccessClasses;
}

/** An event of TAMS 7.0 (`webhooks`), before it is printed for a registration. */
export interface NewEvent {
  readonly type: WebhookEvent;
  readonly scope: EventScope;
  /** RFC 3339, UTC: when the change was made. */
  readonly time: string;
  /**
   * Flows and sources created or updated: the flow or source, as a GET shows it. Segments added: a JSON array of
   * SegmentParts. Segments deleted: their timerange. Flows and sources deleted: empty.
   */
  readonly payload: JsonText;
}

/** An event that has its place in the log. */
export interface LoggedEvent extends NewEvent {
  /** The same for every delivery of the event. */
  readonly id: string;
  /** From 1, without gaps but for events that nobody waits for any more. */
  readonly position: number;
}

/** Events about one flow, and those about one source, are delivered in order. */
export const subjectOf = ({ flowId, sourceId }: EventScope): string => flowId ?? sourceId;

/** The state of the log. */
export interface LogState {
  /** Another one after every change of the registrations; 0 before the first. */
  readonly registrationsVersion: number;
  /** The log is empty up to this position. */
  readonly start: number;
  /** The position of the latest event; 0 before the first. */
  readonly end: number;
  /** Everything up to here is done by the reader beside the webhooks; undefined: there is none. */
  readonly reader: number | undefined;
}
