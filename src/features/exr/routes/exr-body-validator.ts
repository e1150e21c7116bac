import type { TSchema } from 'typebox';
import { AppError } from '../../../shared/errors.ts';
import { EXR_RULES } from '../schemas/exr-policy.ts';
import { compileBody, type Validate } from '../../../http/validation/body-validator.ts';

/**
 * Validates a body of one of several forms, which a property identifies. The error is about that form; without the
 * property, about the first.
 */
export function compileByProperty(forms: Readonly<Record<string, TSchema>>): Validate {
  const compiled = Object.entries(forms).map(([property, schema]) => ({ property, validate: compileBody(schema) }));
  return (body) => {
    const has = (property: string): boolean => typeof body === 'object' && body !== null && property in body;
    const form = compiled.find(({ property }) => has(property)) ?? compiled[0];
    return form === undefined ? { value: body } : form.validate(body);
  };
}

/** Refuses a policy with an unknown rule, whose place the error names; passes other bodies to `validate`. */
export function withPolicyRules(validate: Validate): Validate {
  const rules = new Map<unknown, Validate>(
    Object.entries(EXR_RULES).map(([name, schema]) => [name, compileBody(schema)]),
  );
  return (body) => {
    for (const [index, rule] of rulesOf(body).entries()) {
      const at = `body/policy/rules/${index}`;
      const named = typeof rule === 'object' && rule !== null && 'rule' in rule ? rules.get(rule.rule) : undefined;
      if (named === undefined) return fault(`${at}/rule`, `must be one of ${[...rules.keys()].join(', ')}`);
      const checked = named(rule);
      if (!('error' in checked)) continue;
      const { code, message, field = '' } = checked.error;
      const error = new AppError(code, message.replace(/^body/, at), { field: field.replace(/^body/, at) });
      return { error };
    }
    return validate(body);
  };
}

function rulesOf(body: unknown): readonly unknown[] {
  const { policy } = (body ?? {}) as { policy?: { rules?: unknown } | null };
  return Array.isArray(policy?.rules) ? policy.rules : [];
}

function fault(field: string, what: string): { error: AppError } {
  return { error: new AppError('invalid_request', `${field} ${what}`, { field }) };
}
