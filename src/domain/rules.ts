/**
 * What the rows of a flow must be like: plain data that a service can store. docs/rules.md explains each in words;
 * src/rules checks, compiles and runs them.
 */
import type { Meaning } from './meaning.ts';
import type { LogicalType } from './types.ts';

/** A field of the table: how its text becomes a value, in this order: trim, case, default, replace, meaning. */
export interface FieldRules {
  readonly name: string;
  readonly type: LogicalType;
  /** White space at both ends goes. */
  readonly trim: boolean;
  readonly case?: 'lower' | 'upper';
  /** Stands in for an empty cell: nothing, or white space only. */
  readonly default?: string;
  /** Whole texts and what they become. */
  readonly replace?: Readonly<Record<string, string>>;
  /** What the text, always trimmed, has to mean; the value is what it means. */
  readonly means?: Meaning;
  /** Said of a value that does not fit, instead of our own words. */
  readonly message?: string;
}

const ofValues: ReadonlySet<Meaning['is']> = new Set(['number', 'date', 'datetime', 'time', 'checkbox']);

/** Is a cell of a spreadsheet for this field the text that people see in it? Else it is the value that the cell holds. */
export const isAsShown = ({ means, type }: Pick<FieldRules, 'means' | 'type'>): boolean =>
  means ? !ofValues.has(means.is) : type.kind === 'text';

export type Comparison = '=' | '!=' | '<' | '<=' | '>' | '>=';

/** True or false for every row. A comparison with an empty cell is false. */
export type Condition =
  | { readonly all: readonly Condition[] }
  | { readonly any: readonly Condition[] }
  | { readonly not: Condition }
  | { readonly field: string; readonly is: 'empty' | 'present' }
  /** Compares with a constant (text of the field's type) or with another field of a type that compares with it. */
  | { readonly field: string; readonly is: Comparison; readonly value: string }
  | { readonly field: string; readonly is: Comparison; readonly other: string }
  | { readonly field: string; readonly in: readonly string[] };

interface Breach {
  /** `error` refuses the row, the others only count it. */
  readonly level: 'error' | 'warning' | 'info';
  /** Said instead of our own words. Holds no value of a row. */
  readonly message?: string;
}

/** All but `required`, `requiredIf`, `exactlyOneOf` and `check` leave empty cells alone. */
export type Rule = Breach &
  (
    | { readonly rule: 'required'; readonly field: string }
    /** Bounds are texts of the field's type, both included. */
    | { readonly rule: 'range'; readonly field: string; readonly min?: string; readonly max?: string }
    /** Unicode characters of the text, both bounds included. */
    | { readonly rule: 'length'; readonly field: string; readonly min?: number; readonly max?: number }
    /**
     * A JavaScript pattern (flag `u`, but where `flags` says which) that is found, or with `excludes` is not found, somewhere in the text.
     */
    | {
        readonly rule: 'pattern';
        readonly field: string;
        readonly pattern: string;
        readonly ignoreCase: boolean;
        readonly excludes: boolean;
        /** Of `d`, `m`, `s` and `u`; absent = `u`. */
        readonly flags?: string;
      }
    /** With `ignoreCase`, the value is written as it is listed. */
    | { readonly rule: 'enum'; readonly field: string; readonly values: readonly string[]; readonly ignoreCase: boolean }
    /** No two rows of one read agree in all these fields; every row of such a group breaks it. Rows with all of them empty are left alone. `at`: the one field that is told of it. */
    | { readonly rule: 'unique'; readonly fields: readonly string[]; readonly ignoreCase: boolean; readonly at?: string }
    | { readonly rule: 'compare'; readonly left: string; readonly is: Comparison; readonly right: string }
    | { readonly rule: 'requiredIf'; readonly field: string; readonly when: Condition }
    | { readonly rule: 'exactlyOneOf'; readonly fields: readonly string[] }
    | { readonly rule: 'check'; readonly that: Condition }
  );

/** Fields in the order of the table, and every rule in the order in which breaches are told. */
export interface RowRules {
  readonly fields: readonly FieldRules[];
  readonly rules: readonly Rule[];
}

/** The fields that a condition looks at, each once. */
export function conditionFields(condition: Condition): readonly string[] {
  if ('all' in condition) return [...new Set(condition.all.flatMap(conditionFields))];
  if ('any' in condition) return [...new Set(condition.any.flatMap(conditionFields))];
  if ('not' in condition) return conditionFields(condition.not);
  return 'other' in condition ? [condition.field, condition.other] : [condition.field];
}

/** The fields that a breach is about. */
export function ruleFields(rule: Rule): readonly string[] {
  switch (rule.rule) {
    case 'unique':
      return rule.at === undefined ? rule.fields : [rule.at];
    case 'exactlyOneOf':
      return rule.fields;
    case 'compare':
      return [rule.left, rule.right];
    case 'check':
      return conditionFields(rule.that);
    default:
      return [rule.field];
  }
}
