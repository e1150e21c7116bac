import { Builder, type Offset } from 'flatbuffers';
import { TableError } from '../../../table-error.ts';
import {
  Call,
  Deref,
  Expression,
  ExpressionImpl,
  FieldIndex,
  FieldRef,
  Relation,
  RelationImpl,
  Source,
} from '../flatbuffers/compute-ir.generated.ts';
import { addLiteralField, addSchema } from './arrow-fields.ts';
import type { Comparand, Group, Test } from './conjunction.ts';
import { addLiteral } from './literals.ts';
import { ROW_ID, type WireColumn } from './wire-column.ts';

/** Queries are cut like other requests: the cluster takes 5 MiB. */
const RELATION_MAX_BYTES = Math.floor(4.5 * 1024 * 1024);

interface RelationRequest {
  /** Columns of the answer, in their order; `$row_id` last, where it is asked for. */
  readonly projected: readonly WireColumn[];
  /** All columns that the groups may name. */
  readonly columns: ReadonlyMap<string, WireColumn>;
  readonly groups: readonly Group[];
}

/**
 * The body of a query: one source of rows, in Arrow's compute IR. Its schema holds the needed columns
 * only, the projected ones first.
 *
 * @throws TableError `invalid` for unknown columns, values of another type, and a predicate that is too long.
 */
export function encodeRelation({ projected, columns, groups }: RelationRequest): Uint8Array {
  const schema = [...projected];
  const present = new Set(projected.map(({ name }) => name));
  for (const [test] of groups) {
    if (test === undefined || present.has(test.column)) continue;
    schema.push(columnNamed(columns, test.column));
    present.add(test.column);
  }
  const encoder = new RelationEncoder(schema);
  const relation = encoder.encode(groups, projected.length);
  if (relation.length > RELATION_MAX_BYTES) {
    throw new TableError('invalid', `A predicate of ${relation.length} bytes is too long for the cluster.`);
  }
  return relation;
}

function columnNamed(columns: ReadonlyMap<string, WireColumn>, name: string): WireColumn {
  const column = columns.get(name);
  if (column === undefined || name === ROW_ID) throw new TableError('invalid', `The table has no column ${name}.`);
  return column;
}

/** A column of the schema, with the parts that its tests share. */
interface Place {
  readonly column: WireColumn;
  /** Index of its leaf among all nodes of the schema, depth first: a vector comes before its element. */
  readonly leaf: number;
  reference?: Offset;
  literalField?: Offset;
}

class RelationEncoder {
  readonly #builder = new Builder(1024);
  readonly #schema: readonly WireColumn[];
  readonly #places: readonly Place[];
  readonly #byName: ReadonlyMap<string, Place>;

  constructor(schema: readonly WireColumn[]) {
    this.#schema = schema;
    let nodes = 0;
    this.#places = schema.map((column) => {
      if (column.type === 'vector') nodes += 1;
      const leaf = nodes;
      nodes += 1;
      return { column, leaf };
    });
    this.#byName = new Map(this.#places.map((place) => [place.column.name, place]));
  }

  encode(groups: readonly Group[], projected: number): Uint8Array {
    const builder = this.#builder;
    const name = builder.createString('');
    const schema = addSchema(builder, this.#schema);
    const filter = this.#call(
      'and',
      groups.map((group) =>
        this.#call(
          'or',
          group.map((test) => this.#test(test)),
        ),
      ),
    );
    const positions = this.#places.slice(0, projected).map(({ leaf }) => FieldIndex.createFieldIndex(builder, leaf));
    const projection = Source.createProjectionVector(builder, positions);
    Source.startSource(builder);
    Source.addName(builder, name);
    Source.addFilter(builder, filter);
    Source.addSchema(builder, schema);
    Source.addProjection(builder, projection);
    const source = Source.endSource(builder);
    builder.finish(Relation.createRelation(builder, RelationImpl.Source, source));
    return builder.asUint8Array();
  }

  #test(test: Test): Offset {
    const place = this.#byName.get(test.column);
    if (place === undefined) throw new TableError('invalid', `The table has no column ${test.column}.`);
    switch (test.op) {
      case 'range':
        return this.#call(
          'and',
          test.bounds.map((bound) => this.#test(bound)),
        );
      case 'is_null':
      case 'is_valid':
        return this.#call(test.op, [this.#reference(place)]);
      default:
        refuseUnorderedTypes(place.column, test.op);
        return this.#call(test.op, [this.#reference(place), this.#literal(place, test.value)]);
    }
  }

  #call(name: string, args: readonly Offset[]): Offset {
    const builder = this.#builder;
    const call = Call.createCall(
      builder,
      builder.createSharedString(name),
      Call.createArgumentsVector(builder, [...args]),
    );
    return Expression.createExpression(builder, ExpressionImpl.Call, call);
  }

  #reference(place: Place): Offset {
    const builder = this.#builder;
    place.reference ??= Expression.createExpression(
      builder,
      ExpressionImpl.FieldRef,
      FieldRef.createFieldRef(builder, Deref.FieldIndex, FieldIndex.createFieldIndex(builder, place.leaf), 0),
    );
    return place.reference;
  }

  #literal(place: Place, value: Comparand): Offset {
    const builder = this.#builder;
    place.literalField ??= addLiteralField(builder, place.column);
    const literal = addLiteral(builder, place.column, place.literalField, value);
    return Expression.createExpression(builder, ExpressionImpl.Literal, literal);
  }
}

function refuseUnorderedTypes({ name, type }: WireColumn, op: string): void {
  if (type === 'vector' && op !== 'equal' && op !== 'not_equal') {
    throw new TableError('invalid', `Column ${name} is a vector: vectors have no order.`);
  }
  if (type !== 'string' && op === 'match_substring') {
    throw new TableError('invalid', `Column ${name} is no string column: nothing can be looked for within it.`);
  }
}
