/**
 * The planner: decides, without touching anything, who does which step of a flow and in which form the bytes travel
 * (design: lanes). Pure: facts in, plan and reasons out; golden-tested.
 */
import { HeadgateError } from '../domain/error.ts';
import { refName } from '../domain/schema.ts';
import { typeName } from '../domain/types.ts';
import type { Target } from '../sdk/index.ts';
import { mapColumns, missingColumns, requireField, sameNative, shapeColumns, streamKey, type Mapping } from './columns.ts';
import type { Reason } from './flow.ts';
import { routeOf } from './lane.ts';
import type { Plan, PlanInput } from './plan.ts';

export function plan(input: PlanInput): Plan {
  const { flow } = input;
  requireModes(input);
  const schema = flow.stream.schema;
  const columns = shapeColumns(schema, flow.shape);
  const parses = flow.stream.kind === 'file';
  const recreate = flow.policy.existing === 'recreate';
  const known = recreate ? undefined : input.table;
  const types = { connector: input.connectors.destination, types: input.destination.types };
  const mappings = mapColumns(schema, columns, known, types, parses);
  const reasons: Reason[] = [...typeReasons(mappings)];
  const target = planTarget(input, mappings, reasons);
  const route = routeOf(input, columns, mappings, target);
  return { ...route, target, mappings, reasons: [...reasons, ...route.reasons] };
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
}

function planTarget({ flow, table }: PlanInput, mappings: readonly Mapping[], reasons: Reason[]): Target {
  const { policy } = flow;
  if (table && policy.existing === 'fail')
    throw new HeadgateError('schema.exists', `table ${refName(flow.into)} is already there`);
  const recreate = policy.existing === 'recreate';
  if (recreate && policy.mode !== 'replace') throw new HeadgateError('usage.mode', `only replace can recreate a table`);
  const add = table && !recreate ? missingColumns(flow.into, table, mappings, policy.existing === 'keep-structure') : [];
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
  const version = policy.version === undefined ? undefined : column(policy.version, 'key.missing');
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
    policy: { ...rest, ...(key && { key }), ...(version !== undefined && { version }) },
    ...(table && { existing: table }),
    add,
    content: flow.mode === 'changes' ? 'changes' : 'rows',
    ...(overlap && { overlap: { cursor: column(overlap.field, 'cursor.missing'), ...(key && { key }) } }),
  };
}

/** Types that a person would not expect to change, said before they do. */
function typeReasons(mappings: readonly Mapping[]): readonly Reason[] {
  return mappings.flatMap(({ source, target, column }): readonly Reason[] => {
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
