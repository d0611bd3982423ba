/** Rows of a read that a derivation refuses, and values that it leaves out. Pure. */
import type { Derivation, Target } from '../../../sdk/index.ts';
import { quoteName, quoteText } from '../names.ts';
import { isNobody, tooLong } from './delta.ts';
import type { Grammar } from './grammar.ts';

interface Of {
  readonly target: Target;
  readonly derive: Derivation;
}

/** Years 1 to 9999, in seconds from 1970. */
const calendar = { s: ['-62135596800', '253402300799'], ms: ['-62135596800000', '253402300799999'] } as const;

/** Why rows are refused: at most one reason per row, the first that holds. Absent = none can be. */
interface Refusals {
  readonly 'identity.missing'?: string;
  readonly 'attributes.limit'?: string;
  readonly 'time.invalid'?: string;
}

function refusals(grammar: Grammar, { target, derive }: Of): Refusals {
  const who = [...(derive.id === undefined ? [] : [derive.id]), ...derive.identities.map(({ column }) => column)];
  const { count } = derive.limits;
  const given = derive.attributes.map(({ column }) => {
    const long = tooLong(grammar, { target, derive }, column);
    const name = `s.${quoteName(column)}`;
    return `case when ${name} is not null${long === undefined ? '' : ` and not (${long})`} then 1 else 0 end`;
  });
  const { time } = derive;
  const [low, high] = calendar[time?.unit ?? 's'];
  return {
    // An event may be about nobody.
    ...(derive.into === 'profiles' && { 'identity.missing': isNobody(grammar, { target, derive }, who, 's') }),
    ...(count !== undefined && given.length > count && { 'attributes.limit': `${given.join(' + ')} > ${count}` }),
    ...(time?.unit && { 'time.invalid': `s.${quoteName(time.column)} not between ${low} and ${high}` }),
  };
}

/** The number of rows per reason, in the order of `rejectCodes`, and of values that are too long. Absent = nothing to look for. */
export function surveySql(grammar: Grammar, of: Of, stage: string): string | undefined {
  const { 'identity.missing': nobody, 'attributes.limit': many, 'time.invalid': time } = refusals(grammar, of);
  const long = of.derive.attributes.flatMap(({ column }) => tooLong(grammar, of, column) ?? []);
  if ([nobody, many, time, ...long].every((condition) => condition === undefined)) return undefined;
  const found: string[] = [];
  const counts = [nobody, many, time].map((condition) => {
    const first = [condition ?? 'false', ...found.map((earlier) => `not coalesce(${earlier}, false)`)].join(' and ');
    if (condition !== undefined) found.push(`(${condition})`);
    return `count(*) filter (where ${first})`;
  });
  const accepted = found.map((condition) => ` and not coalesce(${condition}, false)`).join('');
  const dropped = long.map((condition) => `count(*) filter (where ${condition}${accepted})`).join(' + ');
  const columns = [...counts, dropped === '' ? '0' : dropped].map((count, i) => `${count} as c${i}`);
  const any = [nobody, many, time, ...long].flatMap((condition) => (condition === undefined ? [] : [`(${condition})`]));
  return `select ${columns.join(', ')} from ${stage} s where ${any.join(' or ')}`;
}

/** Why each refused row is refused, and its values as text in the order of the schema. */
export function refusedSql(grammar: Grammar, of: Of, stage: string): string {
  const found = Object.entries(refusals(grammar, of));
  const code = found.map(([name, condition]) => `when ${condition} then ${quoteText(name)}`).join(' ');
  const values = of.target.schema.fields.map(({ name }, at) => `${grammar.text(`s.${quoteName(name)}`)} as c${at}`);
  const any = found.map(([, condition]) => `(${condition})`).join(' or ');
  return `select case ${code} end as code, ${values.join(', ')} from ${stage} s where ${any}`;
}

/** Takes the refused rows out of the rows that arrive. */
export function refuseSql(grammar: Grammar, of: Of, stage: string): string {
  const conditions = Object.values(refusals(grammar, of)).map((condition) => `(${condition})`);
  return `delete from ${stage} as s where ${conditions.join(' or ')}`;
}
