import { badRequest } from '../http/protocol-error.ts';
import { FlatTable } from './flatbuffers.ts';

/** A field of a relation's schema, with its place in the depth-first numbering of all nodes. */
export interface RelationNode {
  readonly name: string;
  /** Arrow's number of the type, as in Schema.fbs. */
  readonly type: number;
  readonly typeTable: FlatTable | null;
  readonly children: readonly RelationNode[];
}

/** Where a position leads: a column, and from there the children to go down by. */
export interface NodePath {
  readonly column: RelationNode;
  /** Places of children, from the column down; empty for the column itself. */
  readonly children: readonly number[];
  readonly node: RelationNode;
}

export interface Literal {
  /** Number of the literal in LiteralImpl. */
  readonly impl: number;
  readonly value: FlatTable;
  readonly type: RelationNode;
}

export type Expression =
  | { readonly kind: 'call'; readonly name: string; readonly args: readonly Expression[] }
  | { readonly kind: 'field'; readonly position: number }
  | { readonly kind: 'literal'; readonly literal: Literal };

/** What a query asks: columns by position, and a filter. */
export interface Relation {
  readonly paths: readonly NodePath[];
  readonly filter: Expression;
  /** Positions of leaves. */
  readonly projection: readonly number[];
}

/** Arrow's numbers of the types that are treated on their own. */
export const ARROW_TYPE = { int: 2, float: 3, fixedSizeList: 16 } as const;

const RELATION_SOURCE = 9;
const EXPRESSION = { literal: 1, fieldRef: 2, call: 3 };
const DEREF_FIELD_INDEX = 5;

/**
 * Reads the relation of a query: a Source of Arrow's compute IR.
 *
 * @throws ProtocolError 400 when it is something else.
 */
export function readRelation(body: Uint8Array): Relation {
  const relation = FlatTable.root(body);
  const source = relation.table(1);
  if (relation.uint8(0) !== RELATION_SOURCE || source === null) throw badRequest('the relation is not a source');
  const fields = (source.table(3) ?? missing('schema')).tables(1).map(readNode);
  return {
    paths: fields.flatMap((column) => pathsOf(column, column, [])),
    filter: readExpression(source.table(2) ?? missing('filter')),
    projection: source.tables(4).map((index) => index.uint32(0)),
  };
}

/** A field of Arrow's Schema.fbs. */
export function readNode(field: FlatTable): RelationNode {
  return {
    name: field.text(0) ?? '',
    type: field.uint8(2),
    typeTable: field.table(3),
    children: field.tables(5).map(readNode),
  };
}

/** The elements of a list literal. */
export function readElements(list: FlatTable): Literal[] {
  return list.tables(0).map(readLiteral);
}

function pathsOf(column: RelationNode, node: RelationNode, children: readonly number[]): NodePath[] {
  const below = node.children.flatMap((child, index) => pathsOf(column, child, [...children, index]));
  return [{ column, children, node }, ...below];
}

function readExpression(expression: FlatTable): Expression {
  const impl = expression.table(1) ?? missing('expression');
  switch (expression.uint8(0)) {
    case EXPRESSION.call:
      return { kind: 'call', name: impl.text(0) ?? '', args: impl.tables(1).map(readExpression) };
    case EXPRESSION.fieldRef:
      if (impl.uint8(0) !== DEREF_FIELD_INDEX) throw badRequest('a field is not referred to by its position');
      return { kind: 'field', position: (impl.table(1) ?? missing('field index')).uint32(0) };
    case EXPRESSION.literal:
      return { kind: 'literal', literal: readLiteral(impl) };
    default:
      throw badRequest(`expressions of kind ${expression.uint8(0)} are not supported`);
  }
}

function readLiteral(literal: FlatTable): Literal {
  const type = literal.table(2) ?? missing('type of a literal');
  return { impl: literal.uint8(0), value: literal.table(1) ?? missing('literal'), type: readNode(type) };
}

function missing(what: string): never {
  throw badRequest(`the relation lacks a ${what}`);
}
