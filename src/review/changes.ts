/** What an edit changes, cell by cell and row by row, before anything is changed: the tables `ch` and `st`. */
import { HeadgateError } from '../domain/error.ts';
import { commonPattern } from '../rules/pattern.ts';
import { quoteText } from '../sdk/duck-sql.ts';
import type { Duck } from '../sdk/index.ts';
import { columnName, type Part } from '../shape/assess/cells.ts';
import type { Edit, Entry, Fix, Hooked, Replacement, Span } from './edit.ts';
import { columnId, partOf, type Plan } from './plan.ts';
import { suggestedText } from './suggest.ts';
import { seenStatement } from './seen.ts';

/** Rows live, removed, or (added rows that were undone) not there. */
export const states = { live: 0, removed: 1, gone: 2 } as const;

/** Fills `ch` (row, column, new text) and `st` (row, new state). Throws `request.invalid` for what cannot be done. */
export async function changesOf(duck: Duck, plan: Plan, entry: Exclude<Entry, { kind: 'reread' }>): Promise<void> {
  await duck.run([empty, ...statements(plan, entry), ...asSeen(plan, entry)].join('; '));
}

/** The same for cells that hooks have written: they know the file's own texts. */
export async function hookChangesOf(duck: Duck, plan: Plan, cells: Hooked['cells']): Promise<void> {
  await duck.run([empty, ...cellStatements(plan, cells)].join('; '));
}

const empty =
  'create or replace temp table ch (id BIGINT, col INTEGER, now VARCHAR); create or replace temp table st (id BIGINT, now TINYINT)';

function statements(plan: Plan, entry: Exclude<Entry, { kind: 'reread' }>): readonly string[] {
  switch (entry.kind) {
    case 'told':
      return [];
    case 'cells':
      return cellStatements(plan, entry.cells);
    case 'add':
      return addition(plan, entry.cells);
    case 'delete':
      return [`insert into st select id, ${states.removed} from rows where state = ${states.live} and ${within(entry.rows)}`];
    case 'restore':
      return [`insert into st select id, ${states.live} from rows where state = ${states.removed} and ${within(entry.rows)}`];
    case 'replace':
      return replacing(plan, entry).map((sql) => `insert into ch ${sql}`);
    case 'fix':
      return [`insert into ch ${fixing(plan, entry)}`];
    case 'undo':
    case 'redo': {
      const text = entry.kind === 'undo' ? 'before' : 'after';
      return [
        `insert into ch select id, col, ${text} from journal where seq = ${entry.of} and col >= 0`,
        `insert into st select id, cast(${text} as TINYINT) from journal where seq = ${entry.of} and col = -1`,
      ];
    }
  }
}

/** Texts of people, who write as they see. Undo and redo bring back what such texts became. */
function asSeen({ parts }: Plan, entry: Exclude<Entry, { kind: 'reread' }>): readonly string[] {
  if (entry.kind === 'undo' || entry.kind === 'redo') return [];
  const given = writtenColumns(entry);
  return parts.flatMap((part) => (!given || given.has(columnId(part.column)) ? (seenStatement(part) ?? []) : []));
}

/** Columns that an edit may give texts; undefined = all of them. */
function writtenColumns(entry: Exclude<Entry, { kind: 'reread' }>): ReadonlySet<string> | undefined {
  switch (entry.kind) {
    case 'cells':
      return new Set(entry.cells.map(({ column }) => column));
    case 'add':
      return new Set(Object.keys(entry.cells));
    case 'replace':
      return entry.column === undefined ? undefined : new Set([entry.column]);
    case 'fix':
      return new Set([entry.column]);
    default:
      return new Set();
  }
}

function cellStatements(plan: Plan, cells: Extract<Edit, { kind: 'cells' }>['cells']): readonly string[] {
  // The last of several texts for one cell is the one that counts.
  const last = new Map(cells.map((cell) => [`${cell.row} ${cell.column}`, cell]));
  const values = [...last.values()].map(
    ({ row, column, text }) => `(${row}, ${requirePart(plan, column).column}, ${quoteText(text)})`,
  );
  return values.length === 0 ? [] : [`insert into ch values ${values.join(', ')}`];
}

/** The next row; its texts are changes of a row that was empty. */
function addition(plan: Plan, cells: Readonly<Record<string, string>>): readonly string[] {
  const next = '(select max(id) from new_row)';
  const values = Object.entries(cells).map(
    ([column, text]) => `insert into ch select max(id), ${requirePart(plan, column).column}, ${quoteText(text)} from new_row`,
  );
  return [
    `create or replace temp table new_row as select coalesce(max(id), ${plan.layout.rows} - 1) + 1 as id from rows`,
    `insert into rows (id, state, errs, warns, edited) values (${next}, ${states.gone}, 0, 0, false)`,
    `insert into st values (${next}, ${states.live})`,
    ...values,
  ];
}

export const within = (rows: readonly Span[]): string =>
  rows.length === 0
    ? 'false'
    : `(${rows.map(([from, to]) => (from === to ? `id = ${from}` : `id between ${from} and ${to}`)).join(' or ')})`;

/** One query per column: row, column, text before and after of the cells that would change. */
export function replacing(plan: Plan, wanted: Replacement): readonly string[] {
  const { except = [] } = wanted;
  const parts =
    wanted.column === undefined
      ? plan.parts.filter(({ column }) => !except.includes(columnId(column)))
      : [requirePart(plan, wanted.column)];
  const rows = wanted.rows === undefined ? '' : ` and ${within(wanted.rows)}`;
  return parts.map((part) => {
    const { found, after } = replacedText(wanted, part.cell.text);
    return `select id, ${part.column}, ${after} from rows where state = ${states.live}${rows} and ${found}`;
  });
}

/** What people see is what is searched, and replaced. Throws `request.invalid`. */
export function replacedText(
  { find, with: by, caseSensitive, whole, regex }: Replacement,
  text: string,
): { readonly found: string; readonly after: string } {
  const shown = `coalesce(${text}, '')`;
  if (!regex && caseSensitive) {
    return whole
      ? { found: `${shown} = ${quoteText(find)}`, after: quoteText(by) }
      : { found: `contains(${shown}, ${quoteText(find)})`, after: `replace(${shown}, ${quoteText(find)}, ${quoteText(by)})` };
  }
  const literal = find.replaceAll(/[^\p{L}\p{N}\s]/gu, (char) => `\\x{${(char.codePointAt(0) ?? 0).toString(16)}}`);
  const pattern = regex ? patternOf(find, !caseSensitive) : `(?i)${literal}`;
  const framed = quoteText(whole ? `\\A(?:${pattern})\\z` : pattern);
  return {
    found: `regexp_matches(${shown}, ${framed})`,
    after: `regexp_replace(${shown}, ${framed}, ${quoteText(by.replaceAll('\\', '\\\\'))}, 'g')`,
  };
}

/** Only patterns that an engine decides in linear time. */
function patternOf(find: string, ignoreCase: boolean): string {
  try {
    new RegExp(find, 'u');
  } catch {
    throw new HeadgateError('request.invalid', 'replacing: this is no pattern');
  }
  const pattern = commonPattern(find, ignoreCase);
  if (pattern !== undefined) return pattern;
  throw new HeadgateError('request.invalid', 'replacing: look-around, back references and Unicode classes are not taken here');
}

function fixing(plan: Plan, wanted: Fix): string {
  const part = requirePart(plan, wanted.column);
  const after = wanted.by === undefined ? quoteText(wanted.with ?? '') : suggestedText(part, wanted.by);
  if (after === undefined)
    throw new HeadgateError('request.invalid', 'fixing cells: there is no such suggestion for this column');
  return `select id, ${part.column}, ${after} from rows where state = ${states.live} and ${saidOf(part, wanted.message)}${
    wanted.value === undefined ? '' : ` and coalesce(${columnName(part.column)}, '') = ${quoteText(wanted.value)}`
  } and ${after} is not null`;
}

export const saidOf = ({ column }: Part, message: string): string =>
  `id in (select id from said where v in (select v from verdict where col = ${column} and message = ${quoteText(message)}))`;

/** Throws `request.invalid`. */
export function requirePart(plan: Plan, id: string): Part {
  const part = partOf(plan, id);
  if (part) return part;
  throw new HeadgateError('request.invalid', `there is no column ${columnId(0) === id ? id : id.slice(0, 20)}`);
}

/** The same, of columns that people may know of. */
export const requireShown = (plan: Plan, id: string): Part => requirePart({ ...plan, parts: plan.shown }, id);
