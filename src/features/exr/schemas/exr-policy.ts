import { Type } from '../../../shared/type-builder.ts';
import { Integer, OneOf } from '../../../http/schemas/common.ts';

/** Policies for EXR files; docs/exr.md explains the rules. */

const strict = { additionalProperties: false };
const Name = Type.String({ maxLength: 1_000 });
const Names = Type.Array(Name, { maxItems: 1_000 });
const Pixels = Integer({ minimum: 1 });

const common = {
  severity: Type.Optional(Type.Enum(['WARN', 'FAIL'], { type: 'string', description: 'FAIL unless given.' })),
  parts: Type.Optional(Type.Array(Name, { maxItems: 1_000, description: 'Names of parts; all unless given.' })),
};

const Box = Type.Object({ x_min: Integer(), y_min: Integer(), x_max: Integer(), y_max: Integer() }, strict);

/** Schemas by the name of the rule. */
export const EXR_RULES = {
  channels: Type.Object(
    {
      rule: Type.Literal('channels'),
      ...common,
      required: Type.Optional(Names),
      forbidden: Type.Optional(Names),
      pixel_types: Type.Optional(Type.Array(Type.Enum(['uint', 'half', 'float'], { type: 'string' }))),
    },
    strict,
  ),
  compression: Type.Object({ rule: Type.Literal('compression'), ...common, allowed: Names }, strict),
  window: Type.Object(
    {
      rule: Type.Literal('window'),
      ...common,
      window: Type.Enum(['data', 'display'], { type: 'string' }),
      width: Type.Optional(Pixels),
      height: Type.Optional(Pixels),
      equals: Type.Optional(Box),
      within_display: Type.Optional(Type.Boolean()),
      overlaps_display: Type.Optional(Type.Boolean()),
    },
    strict,
  ),
  attribute: Type.Object(
    {
      rule: Type.Literal('attribute'),
      ...common,
      name: Name,
      present: Type.Optional(Type.Boolean()),
      type: Type.Optional(Name),
      equals: Type.Optional(Type.Unknown()),
      one_of: Type.Optional(Type.Array(Type.Unknown(), { maxItems: 1_000 })),
      min: Type.Optional(Type.Number()),
      max: Type.Optional(Type.Number()),
    },
    strict,
  ),
  pixel_aspect_ratio: Type.Object(
    { rule: Type.Literal('pixel_aspect_ratio'), ...common, equals: Type.Number() },
    strict,
  ),
  storage: Type.Object(
    {
      rule: Type.Literal('storage'),
      ...common,
      deep: Type.Optional(Type.Boolean()),
      tiled: Type.Optional(Type.Boolean()),
      max_parts: Type.Optional(Pixels),
    },
    strict,
  ),
  readable: Type.Object({ rule: Type.Literal('readable'), ...common }, strict),
} as const;

const EXR_RULES_MAX = 100;

const { channels, compression, window, attribute, pixel_aspect_ratio, storage, readable } = EXR_RULES;

const ExrRuleSchema = OneOf([channels, compression, window, attribute, pixel_aspect_ratio, storage, readable], {
  title: 'ExrRule',
  description: 'A broken rule has its severity as verdict, any other PASS.',
});

export const ExrPolicySchema = Type.Object(
  { name: Type.Optional(Name), rules: Type.Array(ExrRuleSchema, { maxItems: EXR_RULES_MAX }) },
  { title: 'ExrPolicy', ...strict },
);
