import type { MetricSource } from '../../operation/metrics/metric-source.ts';
import type { AuditCounts } from './audit-trail.ts';

/** Metrics of the audit log; without values if there is no authentication. */
export function auditSources(
  authentication: { readonly audit: { readonly counts: AuditCounts }; readonly auditWorker: AuditWrites } | undefined,
): MetricSource[] {
  return [
    {
      name: 'tams_audit_events_total',
      help: 'Logins, failed logins, denials and administrative acts, by how the client signed in.',
      type: 'counter',
      read: () =>
        (authentication?.audit.counts.all() ?? []).map(({ event, scheme, count }) => ({
          labels: { event, scheme },
          value: count,
        })),
    },
    {
      name: 'tams_audit_entries_undescribed_total',
      help: 'Entries that came too fast, and of which the audit log has only how many they were.',
      type: 'counter',
      read: () => (authentication === undefined ? [] : [{ value: authentication.audit.counts.undescribed }]),
    },
    {
      name: 'tams_audit_write_failures_total',
      help: 'Attempts to write the audit log that failed; they are repeated.',
      type: 'counter',
      read: () => (authentication === undefined ? [] : [{ value: authentication.auditWorker.writeFailures }]),
    },
  ];
}

interface AuditWrites {
  /** Attempts that failed since the start. */
  readonly writeFailures: number;
}
