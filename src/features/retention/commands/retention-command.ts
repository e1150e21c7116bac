import { Command } from 'commander';
import type { Operator } from '../../management.ts';
import { dueFlows } from '../due-flows.ts';
import { SecretBox } from '../../../shared/secret-box.ts';
import { formatTimestamp } from '../../../shared/time/timestamp.ts';
import { VastStore } from '../../../tams/vast-store.ts';
import { print, printTable } from '../../../shared/print.ts';

/** `mgmt retention`: shows which flows and segments a server with RETENTION=true would delete now. Deletes nothing. */
export function retentionCommand(operator: Operator): Command {
  return new Command('retention')
    .description('show what the retention tags of flows would delete now; deletes nothing')
    .option('--json', 'one JSON object a line')
    .action(({ json = false }: { json?: boolean }) => showDue(operator, json));
}

async function showDue(operator: Operator, json: boolean): Promise<void> {
  const due = await operator.withTables(async (manager) => {
    // Nothing here opens the keys of webhooks.
    const store = new VastStore(manager, new SecretBox('', 'webhooks'));
    const found = [];
    for await (const each of dueFlows(store, Date.now())) {
      found.push({ flow: each.flowId, ...('problem' in each ? { problem: each.problem } : deletionOf(each.due)) });
    }
    return found;
  });
  if (due.some((each) => 'problem' in each)) process.exitCode = 1;
  if (json) for (const each of due) print(JSON.stringify(each));
  else if (due.length === 0) print('Nothing is due.');
  else {
    printTable(
      ['FLOW', 'WOULD GO'],
      due.map((each) => [each.flow, 'problem' in each ? `nothing: ${each.problem}` : each.deletes]),
    );
  }
}

const deletionOf = ({ flow, segmentsUntilNs = 0n }: { flow: boolean; segmentsUntilNs: bigint | undefined }) => ({
  deletes: flow ? 'the flow' : `segments within _${formatTimestamp(segmentsUntilNs)})`,
});
