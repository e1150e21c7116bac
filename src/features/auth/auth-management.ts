import { lt } from '../../vastdb/predicate/builder.ts';
import type { Management } from '../management.ts';
import { AUDIT_LOG } from './auth-tables.ts';
import { auditCommand } from './commands/audit-command.ts';
import { tokensCommand } from './commands/tokens-command.ts';
import { usersCommand } from './commands/users-command.ts';

/** `mgmt users`, `tokens` and `audit`. */
export const AUTH_MANAGEMENT: Management = {
  commands: (operator) => [usersCommand(operator), tokensCommand(operator), auditCommand(operator)],
  ages: [{ table: AUDIT_LOG.name, column: 'at_ms', before: (ms) => lt('at_ms', BigInt(ms)) }],
};
