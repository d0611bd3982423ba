/** The fields of an import and the columns that feed them, as both are changed on the way. Pure. */
import { definitionOf, problemsOf, unusable } from '../../domain/fields/definition.ts';
import { field as form, type Field } from '../../domain/fields/forms.ts';
import { fieldPlaces, type FieldPlace } from '../../domain/fields/places.ts';
import type { Json } from '../../domain/json.ts';
import { own } from '../../domain/own.ts';
import { isAsShown } from '../../domain/rules.ts';
import { unmappedKey, type AssessTask } from '../../domain/run.ts';
import { parseSchemaFile, type SchemaFile } from '../../rules/schema-file.ts';
import { neededFields } from './blocks.ts';
import type { FedField } from './cells.ts';

type Definition = Readonly<Record<string, Json>>;

export interface Layout {
  /** As a schema file has it. */
  readonly definition: Definition;
  readonly schema: SchemaFile;
  /** Key of a field → its columns. */
  readonly columns: Readonly<Record<string, readonly number[]>>;
  readonly many: readonly string[];
  readonly needed: readonly string[];
  readonly hidden: readonly string[];
  /** By a hook, or for a person to fill in. */
  readonly added: readonly string[];
  /** Fields that hooks have added, or that columns have become, as they were given. */
  readonly given: readonly Field[];
  /** Those of them that columns have become. */
  readonly custom: readonly string[];
  /** Keys of rows that are those of no field. */
  readonly taken: readonly string[];
  /** Fields that hooks have taken away. */
  readonly removed: readonly string[];
  /** Columns there are, those that are no part of the file included. */
  readonly width: number;
}

const named = 'the fields of this import';

export function layoutOf({ definition, many, needed, hidden, unmapped }: AssessTask, schema = parsed(definition)): Layout {
  const fed = { columns: {}, added: [], given: [], custom: [], removed: [], width: 0 };
  return { definition, schema, many, needed, hidden, taken: unmapped ? [unmappedKey] : [], ...fed };
}

/** Throws `usage.schema`. */
const parsed = (definition: Definition): SchemaFile => parseSchemaFile(JSON.stringify(definition), named);

/** Those that feed a field, which may be called as something that every object has (`constructor`). */
export const columnsOf = ({ columns }: Pick<Layout, 'columns'>, key: string): readonly number[] => own(columns, key) ?? [];

/** Those that are fed, in order. */
export function fedFields(layout: Pick<Layout, 'schema' | 'columns' | 'many'>): readonly FedField[] {
  const { schema, many } = layout;
  return schema.fields.flatMap(({ from: _names, ...field }): readonly FedField[] => {
    const fed = columnsOf(layout, field.name);
    return fed.length === 0 ? [] : [{ field, columns: fed, many: many.includes(field.name) }];
  });
}

type Placed = Pick<Layout, 'columns' | 'many' | 'given' | 'custom'>;

/** Where each field stands in the file; those of hooks are there wherever they stand. */
export const placesOf = (headers: readonly string[], { columns, many, given, custom }: Placed): Record<string, FieldPlace> =>
  fieldPlaces({ headers, columns, many, custom, added: given.map(({ key }) => key) });

/** The columns whose values are meant, whatever they look like in a spreadsheet. */
export const heldColumns = (layout: Parameters<typeof fedFields>[0]): ReadonlySet<number> =>
  new Set(fedFields(layout).flatMap(({ field, columns }) => (isAsShown(field) ? [] : columns)));

/** Each field without a column of the file gets one of ours, which hooks may fill. */
export function withOwnColumns(layout: Layout): Layout {
  let { width } = layout;
  const columns = Object.fromEntries(
    layout.schema.fields.map(({ name }) => {
      const fed = columnsOf(layout, name);
      return [name, fed.length > 0 ? fed : [width++]];
    }),
  );
  return { ...layout, columns, width };
}

/** Each field that is needed and has no column gets one of ours, for a person to fill in. */
export function withNeededColumns(layout: Layout): Layout {
  const { schema, columns, needed, added, hidden } = layout;
  const missing = neededFields(schema.rules, needed).filter(
    (key) => columnsOf(layout, key).length === 0 && !hidden.includes(key) && schema.fields.some(({ name }) => name === key),
  );
  const empty = Object.fromEntries(missing.map((key, at) => [key, [layout.width + at]]));
  return { ...layout, columns: { ...columns, ...empty }, added: [...added, ...missing], width: layout.width + missing.length };
}

/** The field as people write it, behind or in front of another; one that nobody knows: at the end. A text says what is wrong. */
export function withField(layout: Layout, given: Json, { before, after }: Anchor): Layout | string {
  const read = form.safeParse(given);
  if (!read.success) return read.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`).join('; ');
  const field = read.data;
  if (layout.schema.fields.some(({ name }) => name === field.key)) return `there is a field ${field.key} already`;
  if (layout.taken.includes(field.key)) return `rows have ${field.key} of their own`;
  const others = layout.schema.fields.map(({ name }) => ({ label: name, key: name }));
  const [problem] = problemsOf([...others, field]);
  if (problem) return problem.message;
  const made = definitionOf([field], 'exact', [...others, field]);
  const [fields, rules] = [listOf(layout.definition, 'fields'), listOf(layout.definition, 'rules')];
  const anchor = layout.schema.fields.findIndex(({ name }) => name === (before ?? after));
  const place = anchor < 0 ? fields.length : before === undefined ? anchor + 1 : anchor;
  const definition = {
    ...layout.definition,
    fields: fields.toSpliced(place, 0, ...listOf(made.definition, 'fields')),
    rules: [...rules, ...listOf(made.definition, 'rules')],
  };
  return {
    ...layout,
    definition,
    schema: parsed(definition),
    many: [...layout.many, ...made.many],
    hidden: [...layout.hidden, ...made.hidden],
    added: [...layout.added, field.key],
    given: [...layout.given, field],
    removed: layout.removed.filter((key) => key !== field.key),
  };
}

/**
 * Each of these columns feeds a text field of its own, which is called as the column is; where that name is taken, or there is none, with
 * its number.
 */
export function withCustomFields(layout: Layout, headers: readonly string[], columns: readonly number[]): Layout {
  let made = layout;
  for (const column of columns) {
    const taken = (name: string): boolean => made.taken.includes(name) || made.schema.fields.some((field) => field.name === name);
    const header = headers[column] ?? '';
    const name = header === '' || header === unusable || taken(header) ? `${header} (${column + 1})`.trimStart() : header;
    const next = withField(made, { key: name, label: name, type: 'string' }, {});
    if (typeof next !== 'string') {
      made = { ...next, columns: { ...next.columns, [name]: [column] }, custom: [...next.custom, name] };
    }
  }
  return made;
}

export interface Anchor {
  readonly before?: string | undefined;
  readonly after?: string | undefined;
}

const listOf = (definition: Definition, key: 'fields' | 'rules'): Json[] => {
  const list = definition[key];
  return Array.isArray(list) ? list : [];
};

/** With its data and all that is said of it; rules of other fields that look at it go too, as nobody can decide them. A text says what is wrong. */
export function withoutField(layout: Layout, key: string): Layout | string {
  const place = layout.schema.fields.findIndex(({ name }) => name === key);
  if (place < 0) return layout;
  if (layout.schema.fields.length === 1) return 'an import needs a field: add another one first';
  const { [key]: _gone, ...columns } = layout.columns;
  const others = (keys: readonly string[]): readonly string[] => keys.filter((one) => one !== key);
  const definition = {
    ...layout.definition,
    fields: listOf(layout.definition, 'fields')
      .toSpliced(place, 1)
      .map((field) => decidable(field, key)),
    rules: listOf(layout.definition, 'rules').filter((rule) => !namesOf(rule).has(key)),
  };
  return {
    ...layout,
    definition,
    schema: parsed(definition),
    columns,
    many: others(layout.many),
    needed: others(layout.needed),
    hidden: others(layout.hidden),
    added: others(layout.added),
    given: layout.given.filter((field) => field.key !== key),
    custom: others(layout.custom),
    removed: [...layout.removed, key],
  };
}

/** The field without those of its rules that look at a field that is gone. */
function decidable(field: Json, gone: string): Json {
  if (field === null || typeof field !== 'object' || !('rules' in field) || !Array.isArray(field['rules'])) return field;
  return { ...field, rules: field['rules'].filter((rule: Json) => !namesOf(rule).has(gone)) };
}

/** The fields that a rule looks at beside its own. */
function namesOf(rule: Json): ReadonlySet<Json> {
  if (rule === null || typeof rule !== 'object') return new Set();
  if (Array.isArray(rule)) return new Set(rule.flatMap((one: Json) => [...namesOf(one)]));
  const named = Object.entries(rule).flatMap(([key, value]): readonly Json[] => {
    if (['field', 'other', 'left', 'right'].includes(key)) return [value];
    return (key === 'fields' || key === 'with') && Array.isArray(value) ? (value as readonly Json[]) : [...namesOf(value)]; // of JSON
  });
  return new Set(named);
}
