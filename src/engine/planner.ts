/**
 * The planner: decides, without touching anything, who does which step of a flow and in which form the bytes travel
 * (design: lanes). Pure: facts in, plan and reasons out; golden-tested.
 */
import { HeadgateError } from '../domain/error.ts';
import type { Column } from '../domain/policy.ts';
import { refName, type TableInfo } from '../domain/schema.ts';
import { typeName } from '../domain/types.ts';
import type { Target } from '../sdk/index.ts';
import { mapColumns, missingColumns, requireField, sameNative, shapeColumns, streamKey, type Mapping } from './columns.ts';
import { settleDerivation } from './derivation.ts';
import type { Reason } from './flow.ts';
import { routeOf } from './lane.ts';
import { columnNames, extendNames } from './names.ts';
import type { Plan, PlanInput } from './plan.ts';

export function plan(input: PlanInput): Plan {
  const { flow } = input;
  requireModes(input);
  requireVersions(input);
  const schema = flow.stream.schema;
  const { evolution, existing } = flow.policy;
  const known = existing === 'recreate' ? undefined : input.table;
  const reasons: Reason[] = [];
  const { columns, names } = nameColumns(input, known, reasons);
  const { types: typeOf, texts } = input.destination;
  const types = { connector: input.connectors.destination, types: typeOf, ...(texts && { texts }) };
  const mappings = mapColumns(schema, columns, known, types, {
    parses: flow.stream.kind === 'file',
    keepsTypes: input.source.keepsTypes === true,
    evolution,
  });
  for (const text of flow.stream.notes ?? []) reasons.push({ about: 'format', text });
  reasons.push(...typeReasons(mappings));
  const target = { ...planTarget(input, mappings, reasons), ...settleDerivation(input, mappings, reasons) };
  const route = routeOf(input, columns, mappings, target);
  return { ...route, target, mappings, names, reasons: [...reasons, ...route.reasons] };
}

/** The columns of the shape under the names that the destination will know them by, without those that are discarded. */
function nameColumns(
  { flow, destination, names: given = {} }: PlanInput,
  table: TableInfo | undefined,
  reasons: Reason[],
): { readonly columns: readonly Column[]; readonly names: Plan['names'] } {
  const shaped = shapeColumns(flow.stream.schema, flow.shape);
  const wanted = shaped.map(({ as }) => as);
  const existing = table?.schema.fields.map(({ name }) => name) ?? [];
  const found = columnNames(wanted, destination.identifiers, given, existing);
  const named = shaped.map((column, i) => ({ ...column, as: found[i] ?? column.as }));
  for (const [i, { as }] of named.entries()) {
    if (as === wanted[i]) continue;
    if (flow.shape.rules) {
      throw new HeadgateError('usage.schema', `the destination cannot keep the name ${wanted[i]} of a field of the schema`, {
        hint: `give the field another name; the column would be ${as}`,
      });
    }
    reasons.push({ about: 'table', text: `${wanted[i]} goes into the column ${as}` });
  }
  const names = extendNames(given, wanted, found);
  if (!table || flow.policy.evolution !== 'discard') return { columns: named, names };
  const columns = named.filter(({ as }) => existing.includes(as));
  for (const { from, as } of named) {
    if (!existing.includes(as)) reasons.push({ about: 'table', text: `${from} is left out: the table has no column for it` });
  }
  if (columns.length > 0) return { columns, names };
  throw new HeadgateError('schema.incompatible', `no field of the stream has a column in table ${refName(flow.into)}`);
}

function requireModes({ flow, source, destination }: PlanInput): void {
  if (!source.modes.includes(flow.mode)) throw new HeadgateError('usage.mode', `this source cannot be read in ${flow.mode} mode`);
  if (!destination.modes.includes(flow.policy.mode)) {
    throw new HeadgateError('usage.mode', `this destination cannot ${flow.policy.mode}; it can ${destination.modes.join(', ')}`);
  }
  if (flow.mode === 'incremental' && !['append', 'merge'].includes(flow.policy.mode)) {
    throw new HeadgateError(
      'usage.mode',
      `an incremental read sees only part of the rows, so it cannot ${flow.policy.mode} a table`,
    );
  }
  if (flow.mode === 'changes' && flow.policy.mode !== 'merge') {
    throw new HeadgateError('usage.mode', `a change stream is applied by key, so it cannot ${flow.policy.mode} a table`);
  }
  // Rules look at all rows of one read, and a change is no row: most hold only some of its values.
  if (flow.mode === 'changes' && (flow.shape.rules || flow.rejects.limit > 0)) {
    throw new HeadgateError(
      'usage.mode',
      'the rows of a change stream are not judged: --schema and --max-rejects need whole rows',
    );
  }
}

/** Throws `usage.mode`. */
function requireVersions({ flow, destination }: PlanInput): void {
  if (!flow.policy.undo || destination.keepsVersions) return;
  throw new HeadgateError('usage.mode', 'this destination keeps no earlier versions of a table, so nothing could be undone');
}

function planTarget({ flow, table }: PlanInput, mappings: readonly Mapping[], reasons: Reason[]): Target {
  const { policy } = flow;
  if (table && policy.existing === 'fail')
    throw new HeadgateError('schema.exists', `table ${refName(flow.into)} is already there`);
  const recreate = policy.existing === 'recreate';
  if (recreate && policy.mode !== 'replace') throw new HeadgateError('usage.mode', `only replace can recreate a table`);
  const add = table && !recreate ? missingColumns(flow.into, table, mappings, policy.evolution) : [];
  const widen = mappings.filter(({ widens }) => widens).map(({ target }) => target);
  const column = (name: string, code: 'key.missing' | 'cursor.missing'): string => {
    requireField(flow.stream.schema, name, code);
    const mapping = mappings.find(({ source }) => source.name === name);
    if (!mapping) throw new HeadgateError(code, `field ${name} is needed here, but --select leaves it out`);
    return mapping.target.name;
  };
  const key = policy.key?.map((name) => column(name, 'key.missing'));
  if ((policy.mode === 'merge' || policy.mode === 'mirror') && !key?.length) {
    throw new HeadgateError(
      'key.missing',
      `${policy.mode} needs to know which columns identify a row of ${refName(flow.stream.stream)}`,
    );
  }
  for (const field of widen) {
    const from = table?.schema.fields.find(({ name }) => name === field.name);
    const [old, wide] = [from, field].map((side) => side?.native?.type ?? '');
    reasons.push({ about: 'table', text: `column ${field.name} grows from ${old} to ${wide}` });
  }
  const version = policy.version?.map((name) => column(name, 'key.missing'));
  const overlap = flow.mode === 'incremental' && policy.mode === 'append' && flow.cursor;
  const tableKey = policy.mode === 'append' ? undefined : (key ?? streamKey(flow.stream.schema, mappings));
  if (!table)
    reasons.push({
      about: 'table',
      text: `${refName(flow.into)} is created${tableKey ? `, its key is (${tableKey.join(', ')})` : ''}`,
    });
  for (const field of add)
    reasons.push({ about: 'table', text: `column ${field.name} ${field.native?.type ?? typeName(field.type)} is added` });
  const { key: _key, version: _version, ...rest } = policy;
  return {
    table: flow.into,
    schema: { fields: mappings.map(({ target }) => target), ...(tableKey && { key: tableKey }) },
    policy: { ...rest, ...(key && { key }), ...(version && { version }) },
    ...(table && { existing: table }),
    add,
    widen,
    content: flow.mode === 'changes' ? 'changes' : 'rows',
    ...(overlap && { overlap: { cursor: column(overlap.field, 'cursor.missing'), ...(key && { key }) } }),
  };
}

/** Types that a person would not expect to change, said before they do. */
function typeReasons(mappings: readonly Mapping[]): readonly Reason[] {
  return mappings.flatMap(({ source, target, column }): readonly Reason[] => {
    if (column.mask) return [{ about: 'types', text: `${column.from}: only the SHA-256 of each value leaves the source` }];
    if (column.cast && typeName(column.cast) === typeName(source.type)) return [];
    if (column.cast)
      return [{ about: 'types', text: `${column.from}: ${typeName(source.type)} is cast to ${typeName(column.cast)}` }];
    if (sameNative(source, target) || source.type.kind === target.type.kind) {
      const textual = /^(text|varchar|character varying)/i.test(target.native?.type ?? '') && source.type.kind !== 'text';
      return textual
        ? [
            {
              about: 'types',
              text: `${column.from}: ${source.native?.type ?? typeName(source.type)} stays text, as the source writes it`,
            },
          ]
        : [];
    }
    return [{ about: 'types', text: `${column.from}: ${typeName(source.type)} goes into ${typeName(target.type)}` }];
  });
}
