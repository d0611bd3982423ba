/** A derivation as a person asked for it → one in the columns of the table. Pure. */
import type { DerivationSpec } from '../domain/derivation.ts';
import { HeadgateError } from '../domain/error.ts';
import type { Derivation } from '../sdk/index.ts';
import { shapeColumns, type Mapping } from './columns.ts';
import type { Reason } from './flow.ts';
import type { PlanInput } from './plan.ts';

/** Throws `field.missing`, `usage.mode`, `usage.collision`, `schema.incompatible`. */
export function settleDerivation(
  { flow, destination }: Pick<PlanInput, 'flow' | 'destination'>,
  mappings: readonly Mapping[],
  reasons: Reason[],
): { readonly derive?: Derivation } {
  const spec = flow.policy.derive;
  if (!spec) return {};
  if (!destination.derives) throw new HeadgateError('usage.mode', `this destination cannot keep ${spec.into}`);
  if (flow.mode === 'changes') throw new HeadgateError('usage.mode', `${spec.into} are not made of a change stream`);
  if (flow.policy.undo) {
    throw new HeadgateError('usage.mode', `${spec.into} cannot follow a table back to an earlier version`, {
      hint: 'leave undo out, or derive',
    });
  }
  const mappingOf = (name: string): Mapping => {
    const found = mappings.find(({ source }) => source.name === name);
    if (!found) throw new HeadgateError('field.missing', `${spec.into} need the field ${name}, which does not travel`);
    return found;
  };
  const column = (name: string): string => mappingOf(name).target.name;
  const { kind, namespace, refused, labels, limits, into } = spec;
  const shaped = new Map(shapeColumns(flow.stream.schema, flow.shape).map(({ from, as }) => [from, as]));
  const { attributes, cut } = namedAttributes(spec, mappings, mappingOf, shaped);
  if (spec.time) requireTime(mappingOf(spec.time.field), spec.time.unit);
  const event = spec.event ?? (flow.mode === 'incremental' ? 'content' : 'run');
  const who = spec.identities.map(({ type }) => type).join(', ') || spec.id || 'nobody';
  reasons.push({ about: 'table', text: `${attributes.length} attributes go into ${namespace}.${into} of ${kind}, by ${who}` });
  return {
    derive: {
      into,
      kind,
      namespace,
      refused,
      labels,
      limits,
      ...(spec.objects && { objects: spec.objects }),
      ...(spec.id !== undefined && { id: column(spec.id) }),
      identities: spec.identities.map(({ field, type }) => ({ column: column(field), type })),
      event: typeof event === 'string' ? event : event.map(column),
      ...(spec.time && { time: { column: column(spec.time.field), ...(spec.time.unit && { unit: spec.time.unit }) } }),
      attributes,
      ...(spec.sets && { sets: settledSets(spec.sets, column) }),
      cut,
    },
  };
}

function settledSets(
  { fields, limits }: NonNullable<DerivationSpec['sets']>,
  column: (name: string) => string,
): NonNullable<Derivation['sets']> {
  const attributes = Object.entries(fields).map(([name, property]) => ({
    column: column(name),
    property: cutTo(property, limits.name),
  }));
  return { attributes, limits };
}

function namedAttributes(
  spec: DerivationSpec,
  mappings: readonly Mapping[],
  mappingOf: (name: string) => Mapping,
  shaped: ReadonlyMap<string, string>,
): Pick<Derivation, 'attributes' | 'cut'> {
  const who = [...spec.identities.map(({ field }) => field), ...(spec.id === undefined ? [] : [spec.id])];
  const used = new Set([...(spec.with_identities ? [] : who), ...spec.except]);
  if (spec.time) used.add(spec.time.field);
  const wanted = spec.attributes?.map(mappingOf) ?? mappings.filter(({ source }) => !used.has(source.name));
  // The name of the shape, not that of the column: a database may keep only part of it.
  const names = wanted.map(({ source }) => shaped.get(source.name) ?? source.name);
  const properties = names.map((name) => cutTo(name, spec.limits.name));
  const twice = properties.find((name, i) => properties.indexOf(name) !== i);
  if (twice !== undefined) throw new HeadgateError('usage.collision', `two attributes would both be called ${twice}`);
  return {
    attributes: wanted.map(({ target }, i) => ({ column: target.name, property: properties[i] ?? target.name })),
    cut: properties.filter((name, i) => name !== names[i]).length,
  };
}

/** At most so many characters of Unicode. */
const cutTo = (name: string, limit: number | undefined): string =>
  limit === undefined ? name : [...name].slice(0, limit).join('');

function requireTime({ source, target }: Mapping, unit: 's' | 'ms' | undefined): void {
  const { kind } = target.type;
  if (kind === 'timestamp' || kind === 'date' || (kind === 'integer' && unit !== undefined)) return;
  const hint = kind === 'integer' ? 'say what it counts: unit s or ms' : 'convert it with a cast to timestamptz';
  throw new HeadgateError('schema.incompatible', `the field ${source.name} is ${kind} and cannot tell the time`, { hint });
}
