export const server = {
  title: 'Server',
  well: 'All parts are well',
  unwell: 'Something is failing',
  checks: { engine: 'Tables', media: 'Media stores', workers: 'Workers', disk: 'Disks' } as Readonly<
    Record<string, string>
  >,
  ok: 'ok',
  failing: 'failing',
  forAdmins: 'Reasons, queues and the rest are for administrators.',
  facts: {
    process: 'Process',
    version: 'Version',
    node: 'Node.js',
    up: 'Up for',
    memory: 'Memory',
    operations: 'Operations on tables',
    failures: 'Failures',
  },
  stores: 'Media stores',
  endpoints: 'Endpoints of the cluster',
  storeColumns: { id: 'Backend', state: 'State' },
  workers: 'Workers',
  workerColumns: { name: 'Worker', state: 'State', last: 'Last success', failures: 'Failures in a row' },
  running: 'running',
  stopped: 'stopped',
  queues: 'Queues',
  queueColumns: { name: 'Waits', count: 'Count' },
  deletions: 'Deletion requests',
  deletionColumns: { flow: 'Flow', timerange: 'Timerange', status: 'Status', created: 'Created', by: 'By' },
  webhooks: 'Webhooks',
  webhookColumns: { url: 'Receiver', events: 'Events', status: 'Status', error: 'Last error', attempts: 'Deliveries' },
  attempts: (url: string): string => `Last deliveries to ${url}`,
  showAttempts: 'Last deliveries',
  hideAttempts: 'Hide',
  attemptColumns: { time: 'Time', event: 'Event', status: 'Answer', duration: 'Took', error: 'Error' },
  noAnswer: 'none',
  slow: 'Recent slow queries',
  slowColumns: {
    table: 'Table',
    operation: 'Operation',
    duration: 'Took',
    rows: 'Rows',
    predicate: 'Predicate',
    started: 'Started',
  },
  users: 'Users',
  tokens: 'Tokens',
  credentialColumns: { name: 'Name', scopes: 'Scopes', classes: 'Classes', status: 'Status', created: 'Created' },
  all: 'all',
  active: 'active',
  changedBy: 'Operators add and remove them with',
  none: 'None.',
  ms: (ms: number): string => `${ms.toFixed(0)} ms`,
  mebibytes: (bytes: number): string => `${(bytes / 2 ** 20).toFixed(0)} MiB`,
  duration: (seconds: number): string => {
    const hours = Math.floor(seconds / 3600);
    const minutes = Math.floor(seconds / 60) % 60;
    return hours > 48
      ? `${Math.floor(hours / 24)} days`
      : hours > 0
        ? `${hours} h ${minutes} min`
        : `${minutes} min ${Math.floor(seconds % 60)} s`;
  },
};
