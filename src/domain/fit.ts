/** A flow that was written before anybody knew its stream, made to fit the fields that the stream has. Pure. */
import type { DerivationSpec } from './derivation.ts';
import { HeadgateError } from './error.ts';
import type { FlowSpec } from './pipeline.ts';

/** The stream's own spelling of a name; undefined where there is no such field. */
type Spell = (name: string) => string | undefined;

function speller(fields: readonly string[]): Spell {
  const known = new Set(fields);
  const loose = new Map(fields.toReversed().map((field) => [field.toLowerCase(), field]));
  return (name) => (known.has(name) ? name : loose.get(name.toLowerCase()));
}

/** Throws `field.missing` for what is renamed and is not there. */
export function fitFlow(spec: FlowSpec, fields: readonly string[]): FlowSpec {
  if (!spec.fit) return spec;
  const spell = speller(fields);
  const { others, drop } = spec.fit;
  const dropped = drop.flatMap((name) => spell(name) ?? []);
  const named = Object.entries(spec.rename).map(([name, as]) => {
    const field = spell(name);
    if (field !== undefined) return [field, as] as const;
    throw new HeadgateError('field.missing', `the stream has no field ${JSON.stringify(name)}`);
  });
  const rename = new Map(named);
  const spare = fields.filter((field) => !rename.has(field) && !dropped.includes(field));
  if (others !== undefined)
    for (const field of spare)
      rename.set(
        field,
        others.replaceAll('{field}', () => field),
      );
  return {
    ...spec,
    rename: Object.fromEntries(rename),
    cast: Object.fromEntries(Object.entries(spec.cast).map(([name, type]) => [spell(name) ?? name, type])),
    mask: { ...spec.mask, ...Object.fromEntries(dropped.map((field) => [field, 'drop' as const])) },
    ...(spec.derive && { derive: fitDerivation(spec.derive, spell) }),
  };
}

/** Parts that the stream does not have are left out. */
function fitDerivation({ id, time, sets, ...spec }: DerivationSpec, spell: Spell): DerivationSpec {
  const [given, moment] = [id === undefined ? undefined : spell(id), time && spell(time.field)];
  return {
    ...spec,
    ...(given !== undefined && { id: given }),
    ...(time && moment !== undefined && { time: { ...time, field: moment } }),
    identities: spec.identities.flatMap(({ field, type }) => {
      const found = spell(field);
      return found === undefined ? [] : [{ field: found, type }];
    }),
    except: spec.except.flatMap((name) => spell(name) ?? []),
    ...(sets && { sets: { ...sets, fields: fitNames(sets.fields, spell) } }),
    ...(spec.attributes && { attributes: spec.attributes.flatMap((name) => spell(name) ?? []) }),
  };
}

const fitNames = (fields: Readonly<Record<string, string>>, spell: Spell): Record<string, string> =>
  Object.fromEntries(
    Object.entries(fields).flatMap(([name, as]) => {
      const found = spell(name);
      return found === undefined ? [] : [[found, as]];
    }),
  );
