/** Everything that can be wrong with a row, one entry per type and per rule. Pure. */
import { meaningWords } from '../domain/meaning.ts';
import { ruleFields, type RowRules, type Rule } from '../domain/rules.ts';
import { typeName } from '../domain/types.ts';
import type { Cell } from '../rules/cell.ts';
import { breachSql, type SetOf } from '../rules/compile.ts';
import { reasonOf } from '../rules/words.ts';
import type { RowColumn, RowSql } from './row.ts';

export interface Judged {
  readonly level: Rule['level'];
  /** The field, or the fields, as people know them. */
  readonly name: string;
  readonly code: string;
  readonly reason: string;
  /** Does the reason follow "the field x is", or does it stand alone? */
  readonly standsAlone: boolean;
  /** True where the row is refused or warned about; NULL counts as false. */
  readonly found: string;
  /** The same for rows whose values all fit their types, which spares asking that again: enough to tell whether a row is refused at all. */
  readonly foundAmongFits: string;
  /** The texts as they came. */
  readonly value: string;
}

const ambiguous = {
  level: 'warning',
  code: 'value.ambiguous',
  standsAlone: false,
} as const;

/** `names` = what people call each column. Types come first: a rule looks only at values that fit. */
export function judgements(
  columns: readonly RowColumn[],
  names: readonly string[],
  row: RowSql,
  rules: RowRules | undefined,
  setOf: SetOf,
): readonly Judged[] {
  const types = columns.flatMap(({ raw, type, zeros, longest }, at): readonly Judged[] => {
    const found = row.misfit(at);
    if (found === undefined) return [];
    const field = rules?.fields.find(({ name }) => name === columns[at]?.name);
    const kind = field?.means ? meaningWords(field.means) : `a ${typeName(type)}`;
    const invalid: Judged = {
      level: 'error',
      name: names[at] ?? '',
      code: 'value.invalid',
      reason: field?.message ?? `not ${kind}${limitWords({ zeros, ...(longest !== undefined && { longest }) })}`,
      standsAlone: field?.message !== undefined,
      found,
      foundAmongFits: found,
      value: raw,
    };
    const doubt = row.doubt(at);
    if (!doubt) return [invalid];
    return [invalid, { ...invalid, ...ambiguous, reason: doubt.reason, found: doubt.found, foundAmongFits: doubt.found }];
  });
  const fitting = (name: string): Cell => {
    const { fits: _, ...cell } = row.cellOf(name);
    return cell;
  };
  const raws = new Map(columns.map(({ name, raw }) => [name, raw]));
  const checks = (rules?.rules ?? []).map((rule): Judged => {
    const fields = ruleFields(rule);
    const texts = fields.map((field) => raws.get(field) ?? 'null');
    return {
      level: rule.level,
      name: fields.join(', '),
      code: `rule.${rule.rule}`,
      reason: reasonOf(rule),
      standsAlone: rule.message !== undefined,
      found: breachSql(rule, row.cellOf, setOf),
      foundAmongFits: breachSql(rule, fitting, setOf),
      value:
        texts.length === 1 ? (texts[0] ?? 'null') : `concat_ws(', ', ${texts.map((text) => `coalesce(${text}, '')`).join(', ')})`,
    };
  });
  return [...types, ...checks];
}

/** What a text must be besides its type; a value that is missing is said by its absence. */
function limitWords({ longest, zeros }: Pick<RowColumn, 'longest' | 'zeros'>): string {
  return `${longest === undefined ? '' : ` of at most ${longest} characters`}${zeros ? ' without zero bytes' : ''}`;
}

/** `the field age is not a integer` */
export function judgedWords({ name, reason, standsAlone }: Pick<Judged, 'name' | 'reason' | 'standsAlone'>): string {
  return `the field ${name}${standsAlone ? ': ' : ' is '}${reason}`;
}
