import { lt } from '../../vastdb/predicate/builder.ts';
import type { Management } from '../management.ts';
import { AUDIT_LOG } from './auth-tables.ts';
import { auditCommand, tokensCommand, usersCommand } from './commands/auth-commands.ts';

/** `mgmt users`, `tokens` and `audit`. */
export const AUTH_MANAGEMENT: Management = {
  commands: (operator) => [usersCommand(operator), tokensCommand(operator), auditCommand(operator)],
  ages: [{ table: AUDIT_LOG.name, column: 'at_ms', before: (ms) => lt('at_ms', BigInt(ms)) }],
};
