import { Command, InvalidArgumentError, Option } from 'commander';
import type { Operator } from '../../management.ts';
import type { AuditEvent, AuditRecord } from '../audit.ts';
import { AUDIT_EVENTS } from '../audit.ts';
import { onAuthStore } from './on-auth-store.ts';
import { print, printTable } from '../../../shared/print.ts';

interface AuditOptions {
  readonly event?: AuditEvent;
  readonly principal?: string;
  readonly since?: number;
  readonly limit: number;
  readonly json?: boolean;
}

/** `mgmt audit`: the audit log. */
export function auditCommand(operator: Operator): Command {
  return new Command('audit')
    .description('the audit log, newest first: logins, denials and administration')
    .addOption(new Option('--event <event>', 'only this event').choices(AUDIT_EVENTS))
    .option('--principal <name>', 'only what concerns this principal')
    .option('--since <time>', 'only what happened since, such as 2026-07-01 or 2026-07-01T12:00:00Z', parseTime)
    .option('--limit <count>', 'entries at most', parseCount, 100)
    .option('--json', 'one JSON object a line')
    .action(async ({ since: sinceMs, json, ...filter }: AuditOptions) => {
      const records = await onAuthStore(operator, (store) => store.audit({ ...filter, sinceMs }));
      if (json === true) for (const record of records) print(JSON.stringify(shown(record)));
      else
        printTable(
          ['TIME', 'EVENT', 'PRINCIPAL', 'SCHEME', 'ADDRESS', 'TIMES', 'ACTION', 'DETAIL'],
          records.map(toLine),
        );
    });
}

function parseTime(text: string): number {
  const ms = Date.parse(text);
  if (!/^\d{4}-\d{2}-\d{2}/.test(text) || Number.isNaN(ms)) throw new InvalidArgumentError('Not a date or a time.');
  return ms;
}

function parseCount(text: string): number {
  if (!/^[1-9]\d{0,5}$/.test(text)) throw new InvalidArgumentError('Not a whole number from 1 to 999999.');
  return Number(text);
}

const timeOf = ({ atMs }: AuditRecord): string => new Date(atMs).toISOString();

function shown(record: AuditRecord): Record<string, unknown> {
  const { atMs: _, requestId, ...rest } = record;
  return { time: timeOf(record), ...rest, request_id: requestId };
}

const toLine = (record: AuditRecord): string[] => [
  timeOf(record),
  record.event,
  record.principal ?? '-',
  record.scheme ?? '-',
  record.address ?? '-',
  String(record.count),
  record.action ?? '-',
  record.detail ?? '-',
];
