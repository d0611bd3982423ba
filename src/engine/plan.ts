/**
 * The planner: decides, without touching anything, who does which step of a flow and in which form the bytes travel
 * (design: lanes). Pure: facts in, plan and reasons out; golden-tested.
 */
import { HeadgateError } from '../domain/error.ts';
import type { Column, Projection } from '../domain/policy.ts';
import type { Field, Schema, TableInfo } from '../domain/schema.ts';
import { refName } from '../domain/schema.ts';
import type { Receipt } from '../domain/receipt.ts';
import { typeName } from '../domain/types.ts';
import { typedFormats, type Connection, type FormatName, type Target } from '../sdk/index.ts';
import { mapColumns, missingColumns, requireField, sameNative, shapeColumns, type Mapping } from './columns.ts';
import type { Flow, Reason } from './flow.ts';

type SourceFacts = NonNullable<Connection['source']>;
type DestinationFacts = NonNullable<Connection['destination']>;

export interface PlanInput {
  readonly flow: Flow;
  readonly connectors: { readonly source: string; readonly destination: string };
  readonly source: Pick<SourceFacts, 'modes' | 'pushdown' | 'produces'>;
  readonly destination: Pick<DestinationFacts, 'modes' | 'accepts' | 'loads' | 'types' | 'identifiers'>;
  /** The table as it stands; absent = there is none. */
  readonly table?: TableInfo;
}

/** A step between source and destination that DuckDB does: which columns, which rows, which type each must have. */
export interface Conversion {
  readonly columns: readonly Column[];
  readonly where?: string;
  readonly output: Schema;
}

export interface Plan {
  readonly lane: Receipt['lane'];
  readonly format: FormatName;
  readonly loadFormat: FormatName;
  /** What the source does. */
  readonly projection: Projection;
  /** `staged` only. */
  readonly conversion?: Conversion;
  readonly target: Target;
  readonly mappings: readonly Mapping[];
  readonly reasons: readonly Reason[];
}

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
  const route = planRoute(input, columns, mappings, target, reasons);
  return { ...route, target, mappings, reasons };
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
      text: `${refName(flow.into)} is created${tableKey ? ` with key (${tableKey.join(', ')}), built after the load` : ''}`,
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

/** The source's own key, if all of it arrives. */
function streamKey(schema: Schema, mappings: readonly Mapping[]): readonly string[] | undefined {
  const names = schema.key?.map((name) => mappings.find(({ source }) => source.name === name)?.target.name);
  return names?.every((name) => name !== undefined) ? names : undefined;
}

type Route = Pick<Plan, 'lane' | 'format' | 'loadFormat' | 'projection' | 'conversion'>;

function planRoute(
  input: PlanInput,
  columns: readonly Column[],
  mappings: readonly Mapping[],
  target: Target,
  reasons: Reason[],
): Route {
  const { flow, source, destination } = input;
  const schema = flow.stream.schema;
  const pushed = whatIsPushed(input, columns);
  const where = flow.shape.where;
  const projection: Projection = pushed
    ? { columns, ...(where !== undefined && { where }) }
    : { columns: schema.fields.map(({ name }) => ({ from: name, as: name })) };
  const produced = source.produces(schema, projection);
  const equal = mappings.every(({ column, source: from, target: to }) => !column.cast && sameNative(from, to));
  const usable = produced.filter((format) => equal || !typedFormats.has(format));
  const judged = flow.rejects.limit > 0;
  const rowsMatter = !pushed && (where !== undefined || flow.shape.select !== undefined);
  const shared = usable.find((format) => passes(input, format));
  if (shared !== undefined && !judged && !rowsMatter) {
    explainDirect(input, reasons, shared, equal, pushed);
    const setWise = flow.policy.mode === 'merge' || flow.policy.mode === 'mirror' || target.overlap !== undefined;
    if (setWise)
      reasons.push({
        about: 'lane',
        text: `${target.overlap ? 'rows read again are removed' : flow.policy.mode} by SQL inside the publish`,
      });
    return { lane: setWise ? 'pushed down' : 'direct', format: shared, loadFormat: shared, projection };
  }
  const format = usable.find((name) => !typedFormats.has(name));
  const loadFormat = destination.accepts().find((name) => !typedFormats.has(name));
  if (format === undefined || loadFormat === undefined)
    throw new HeadgateError('usage.mode', 'source and destination share no format');
  const why = judged
    ? 'rejects are allowed, so every row must be judged'
    : rowsMatter
      ? 'the file must be filtered'
      : `${format} must become ${loadFormat}`;
  reasons.push({ about: 'lane', text: `staged: ${why}` });
  const output: Schema = {
    fields: mappings.map(({ column, source: from, target: to }): Field => ({
      name: column.as,
      type: to.type,
      nullable: from.nullable,
    })),
  };
  const shaped = pushed ? columns.map(({ as }) => ({ from: as, as })) : columns;
  const conversion = { columns: shaped, output, ...(!pushed && where !== undefined && { where }) };
  return { lane: 'staged', format, loadFormat, projection, conversion };
}

/** Can the destination take the source's own bytes of this format? */
function passes({ flow, destination }: PlanInput, format: FormatName): boolean {
  if (flow.stream.kind !== 'file') return destination.accepts().includes(format);
  return destination.loads(format) || (flow.stream.wire === true && destination.accepts().includes(format));
}

/** All steps of the shape at the source, or none: a half-pushed shape would be two places to look. */
function whatIsPushed({ flow, source }: PlanInput, columns: readonly Column[]): boolean {
  const needs = new Set<string>();
  if (flow.shape.select) needs.add('select');
  if (flow.shape.where !== undefined) needs.add('where');
  if (columns.some((column) => column.as !== column.from)) needs.add('rename');
  if (columns.some((column) => column.cast)) needs.add('cast');
  return [...needs].every((need) => source.pushdown.some((step) => step === need));
}

function explainDirect({ flow }: PlanInput, reasons: Reason[], format: FormatName, equal: boolean, pushed: boolean): void {
  const why = flow.stream.kind === 'file' ? 'the original file is loaded as it is' : 'no step has to see a row';
  reasons.push({ about: 'lane', text: `direct: ${why}` });
  const types = typedFormats.has(format)
    ? 'all types are equal on both sides'
    : equal
      ? 'text form'
      : 'types differ, so values travel as text';
  reasons.push({ about: 'format', text: `${format}: ${types}` });
  if (pushed && (flow.shape.where !== undefined || flow.shape.select || Object.keys(flow.shape.cast).length > 0)) {
    reasons.push({ about: 'step', text: "selection, filter and casts run in the source's query" });
  }
}

/** Types that a person would not expect to change, said before they do. */
function typeReasons(mappings: readonly Mapping[]): readonly Reason[] {
  return mappings.flatMap(({ source, target, column }): readonly Reason[] => {
    if (column.cast)
      return [{ about: 'types', text: `${column.from}: ${typeName(source.type)} is cast to ${typeName(column.cast)}` }];
    if (sameNative(source, target) || source.type.kind === target.type.kind) {
      const textual = /^(text|varchar|character varying)/i.test(target.native?.type ?? '') && source.type.kind !== 'text';
      return textual
        ? [
            {
              about: 'types',
              text: `${column.from}: ${source.native?.type ?? typeName(source.type)} is kept as text, digit by digit`,
            },
          ]
        : [];
    }
    return [{ about: 'types', text: `${column.from}: ${typeName(source.type)} goes into ${typeName(target.type)}` }];
  });
}
