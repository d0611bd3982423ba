/** Rows with what is wrong with them, as tables that people open elsewhere. Pure. */
import { columnName } from '../shape/assess/cells.ts';
import { states } from './changes.ts';
import { namedSql } from './named.ts';
import { plain } from './plain.ts';
import type { Plan } from './plan.ts';
import type { Said } from './windows.ts';

export type Row = readonly (string | null)[];

export interface Exported {
  readonly header: readonly string[];
  /** Line of the file, texts, what is said of them as `problemsIn` reads it. */
  readonly sql: string;
  /** Of cells of which something is said, in reading order: number of the row among these from 0, of the column, and what is said. */
  readonly notes: string;
}

/** `named`: what is no markup. */
const messagesSql = (plan: Plan): string =>
  `to_json(list(struct_pack(col := d.col, level := d.level, message := d.message, named := ${namedSql(plan)}) order by s.v))`;

/** `errors`: only rows that have some. */
export function exportOf(plan: Plan, what: 'errors' | 'all'): Exported {
  const { shown, layout } = plan;
  const messages = messagesSql(plan);
  const where = `state = ${states.live}${what === 'errors' ? ' and errs > 0' : ''}`;
  const said = `select s.id, ${messages} as m from said s join verdict d on d.v = s.v and list_contains(cast([${shown.map(({ column }) => column).join(', ')}] as INTEGER[]), d.col) join rows r on r.id = s.id group by s.id`;
  const texts = shown.map(({ column }) => `coalesce(r.${columnName(column)}, '')`);
  const places = shown.map(({ column }, place) => `when ${column} then ${place + 1}`).join(' ');
  const nameOf = (column: number): string =>
    layout.headers[column] ?? labelOf(layout, shown.find((part) => part.column === column)?.fed.field.name ?? '');
  return {
    header: ['Line', ...shown.map(({ column }) => nameOf(column)), 'Problems'],
    sql: `select ${['r.line', ...texts, 'm.m'].join(', ')} from (select * from rows where ${where}) r left join (${said}) m on m.id = r.id order by r.id`,
    notes: `select p.place, (case d.col ${places} end) as col, ${messages} as m from (select id, row_number() over (order by id) - 1 as place from rows where ${where}) p
      join said s on s.id = p.id join verdict d on d.v = s.v join rows r on r.id = s.id group by p.place, d.col having col is not null order by p.place, col`,
  };
}

/** Of a field that has no column in the file. */
const labelOf = ({ given }: Plan['layout'], key: string): string => given.find((field) => field.key === key)?.label ?? key;

interface Message extends Said {
  readonly col: number;
  readonly named: string | null;
}

const textOf = ({ message, named }: Message): string => named ?? plain(message);

const messagesIn = (json: string | null): readonly Message[] => JSON.parse(json ?? '[]') as readonly Message[]; // as `messagesSql` has it

/** What is said of a row, in the place of what its query has for it: `Age (error): This is not a number`. */
export function withProblems({ shown, layout }: Plan): (row: Row) => Row {
  const names = new Map(shown.map(({ column, fed }) => [column, layout.headers[column] ?? labelOf(layout, fed.field.name)]));
  return (row) => {
    const said = messagesIn(row.at(-1) ?? null).map((one) => `${names.get(one.col) ?? ''} (${one.level}): ${textOf(one)}`);
    return [...row.slice(0, -1), said.join('; ')];
  };
}

const levels: Readonly<Record<Said['level'], string>> = { error: 'Error', warning: 'Warning', info: 'Note' };

/** What is said of a cell: a line for each, `Error: This is not a number`. */
export const noteOf = (json: string | null): string =>
  [...new Set(messagesIn(json).map((one) => `${levels[one.level]}: ${textOf(one)}`))].join('\n');

/** What a table program would take for a formula, and run, is marked as a text. Numbers are what they look like. */
export function guarded(text: string): string {
  return /^[=+\-@\t\r]/.test(text) && !/^[+-]?[\d.,]+%?$/.test(text) ? `'${text}` : text;
}

export function csvLine(row: Row): string {
  const cells = row
    .map((cell) => guarded(cell ?? ''))
    .map((cell) => (/[",\r\n]|^$/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell));
  return `${cells.join(',')}\r\n`;
}
