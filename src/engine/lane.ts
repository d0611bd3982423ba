/** Which way the bytes of a flow take: direct, pushed down or staged (design: lanes). Pure. */
import { HeadgateError } from '../domain/error.ts';
import type { Column, Projection } from '../domain/policy.ts';
import type { Field, Schema } from '../domain/schema.ts';
import { typedFormats, type FormatName, type Target } from '../sdk/index.ts';
import { ruleWords, stepWords } from '../rules/words.ts';
import { sameNative, type Mapping } from './columns.ts';
import type { Reason } from './flow.ts';
import type { Conversion, Limits, Plan, PlanInput } from './plan.ts';

type Route = Pick<Plan, 'lane' | 'format' | 'loadFormat' | 'projection' | 'conversion' | 'reasons'>;

export function routeOf(input: PlanInput, columns: readonly Column[], mappings: readonly Mapping[], target: Target): Route {
  const { flow, source, destination } = input;
  const { where } = flow.shape;
  const pushed = sourceShapes(input, columns);
  const asked = columns.map((column) => (castsAtSource(input, column) ? column : withoutCast(column)));
  const projection = pushed ? { columns: asked, ...(where !== undefined && { where }) } : everything(flow.stream.schema);
  const equal = mappings.every(({ column, source: from, target: to }) => !column.cast && !column.mask && sameNative(from, to));
  const produced = source.produces(flow.stream.schema, projection).filter((format) => equal || !typedFormats.has(format));
  const open = whyOpened(input, columns, pushed);
  const shared = open === undefined ? produced.find((format) => passes(input, format)) : undefined;
  if (shared !== undefined) {
    const lane = setWise(target) ? 'pushed down' : 'direct';
    return {
      lane,
      format: shared,
      loadFormat: shared,
      projection,
      reasons: passReasons(input, asked, target, shared, equal, pushed),
    };
  }
  const format = produced.find((name) => !typedFormats.has(name));
  const loadFormat = destination.accepts().find((name) => !typedFormats.has(name));
  if (format === undefined || loadFormat === undefined)
    throw new HeadgateError('usage.mode', 'source and destination share no format');
  const fields = mappings.map(({ column, source: from, target: to }): Field => ({
    name: column.as,
    type: to.type,
    nullable: from.nullable,
  }));
  const limits = limitsOf(mappings, target);
  const conversion: Conversion = {
    columns: pushed ? columns.map(({ as }) => ({ from: as, as })) : columns,
    output: { fields },
    ...(Object.keys(limits).length > 0 && { limits }),
    ...(!pushed && where !== undefined && { where }),
    ...(isPassedThrough(input, columns, format, loadFormat) && { passThrough: true }),
  };
  const why =
    open ??
    (format === loadFormat ? `the file is not ${loadFormat} as the destination takes it` : `${format} must become ${loadFormat}`);
  return {
    lane: 'staged',
    format,
    loadFormat,
    projection,
    conversion,
    reasons: [{ about: 'lane', text: `staged: ${why}` }, ...ruleReasons(flow)],
  };
}

/** What the destination would refuse at once with all of the rows: a key without a value, a text that is too long. */
function limitsOf(mappings: readonly Mapping[], { policy }: Target): Limits {
  const keys = policy.mode === 'merge' || policy.mode === 'mirror' ? (policy.key ?? []) : [];
  return Object.fromEntries(
    mappings.flatMap(({ column, target }) => {
      const longest = /^(?:character varying|varchar|n?varchar)\((\d+)\)$/i.exec(target.native?.type ?? '')?.[1];
      const needed = keys.includes(target.name);
      if (!needed && longest === undefined) return [];
      return [[column.as, { ...(needed && { needed }), ...(longest !== undefined && { longest: Number(longest) }) }] as const];
    }),
  );
}

/** Do the file's own records fit the destination, where nothing is wrong with them? */
function isPassedThrough({ flow }: PlanInput, columns: readonly Column[], format: FormatName, loadFormat: FormatName): boolean {
  const { stream, shape } = flow;
  if (stream.kind !== 'file' || stream.wire !== true || stream.judged !== undefined) return false;
  if (format !== 'csv' || loadFormat !== 'csv' || shape.where !== undefined || columns.some(({ mask }) => mask)) return false;
  const { fields } = stream.schema;
  return columns.length === fields.length && columns.every(({ from }, at) => from === fields[at]?.name);
}

const everything = (schema: Schema): Projection => ({ columns: schema.fields.map(({ name }) => ({ from: name, as: name })) });

/**
 * Selection, filter, renames and masks at the source, or none of them: a half-pushed shape would be two places to look. A cast that
 * does not run there is left to whoever judges the values or loads them.
 */
function sourceShapes({ flow, source }: PlanInput, columns: readonly Column[]): boolean {
  const needs = new Set<string>();
  if (narrows(flow, columns)) needs.add('select');
  if (flow.shape.where !== undefined) needs.add('where');
  if (columns.some((column) => column.as !== column.from)) needs.add('rename');
  if (columns.some((column) => column.mask)) needs.add('mask');
  return [...needs].every((need) => source.pushdown.some((step) => step === need));
}

/**
 * A cast at the source ends the read at the first value that does not fit. Where rows are judged, it is done there: by rules
 * always, else where the text of a value is all that the cast goes by; a cast that rounds or cuts off is the source's.
 */
function castsAtSource({ flow, source }: PlanInput, { from, cast, mask }: Column): boolean {
  if (!cast || !source.pushdown.includes('cast') || flow.shape.rules) return false;
  if (flow.rejects.limit === 0 || mask) return true;
  const kind = flow.stream.schema.fields.find(({ name }) => name === from)?.type.kind;
  return kind !== 'text' && kind !== 'integer';
}

const withoutCast = ({ cast: _cast, ...rest }: Column): Column => rest;

/** What will be checked, and which steps change a value before. */
function ruleReasons({ shape: { rules } }: PlanInput['flow']): readonly Reason[] {
  if (!rules) return [];
  const steps = rules.fields.flatMap((field) => {
    const words = stepWords(field);
    return words === '' ? [] : [{ about: 'step' as const, text: `${field.name}: ${words}` }];
  });
  return [...steps, ...rules.rules.map((rule) => ({ about: 'rule' as const, text: ruleWords(rule) }))];
}

/** Are fields left out or put into another order? */
const narrows = ({ shape, stream }: PlanInput['flow'], columns: readonly Column[]): boolean =>
  shape.select !== undefined || columns.length < stream.schema.fields.length;

/** The step that must see rows between source and destination, if there is one. Names and types of a file cost nothing. */
function whyOpened({ flow }: PlanInput, columns: readonly Column[], pushed: boolean): string | undefined {
  if (flow.shape.rules) return `${flow.shape.rules.rules.length} rules and the types of the schema judge every row`;
  if (flow.stream.judged !== undefined) return flow.stream.judged;
  if (flow.rejects.limit > 0) return 'rejects are allowed, so every row must be judged';
  if (flow.rejects.judged) return 'a row does not fit, and it is to be named';
  if (pushed) return undefined;
  if (flow.shape.where !== undefined || narrows(flow, columns)) return 'the file must be filtered';
  if (columns.some(({ mask }) => mask)) return 'values of the file must be masked';
  return undefined;
}

/** Can the destination take the source's own bytes of this format? */
function passes({ flow, destination }: PlanInput, format: FormatName): boolean {
  if (flow.stream.kind !== 'file') return destination.accepts().includes(format);
  return destination.loads(format) || (flow.stream.wire === true && destination.accepts().includes(format));
}

function setWise({ policy, overlap, content }: Target): boolean {
  return policy.mode === 'merge' || policy.mode === 'mirror' || overlap !== undefined || content === 'changes';
}

function passReasons(
  { flow }: PlanInput,
  columns: readonly Column[],
  target: Target,
  format: FormatName,
  equal: boolean,
  pushed: boolean,
): readonly Reason[] {
  const bytes = flow.stream.kind === 'file' ? 'the original file is loaded as it is' : 'no step has to see a row';
  const work = target.overlap ? 'rows read again are removed' : `the ${target.policy.mode} runs`;
  const lane = setWise(target) ? `pushed down: ${work} in SQL inside the publish, and until then ${bytes}` : `direct: ${bytes}`;
  const types = typedFormats.has(format)
    ? 'types are equal on both sides'
    : equal
      ? 'values travel as text'
      : 'types differ, so values travel as text';
  const changed = narrows(flow, columns) || columns.some(({ cast, mask }) => cast ?? mask);
  const casts = columns.some(({ cast }) => cast) ? ', casts' : '';
  const shaped = pushed && (flow.shape.where !== undefined || changed);
  return [
    { about: 'lane', text: lane },
    { about: 'format', text: `${format}: ${types}` },
    ...(shaped ? [{ about: 'step' as const, text: `selection, filter${casts} and masks are done at the source` }] : []),
  ];
}
