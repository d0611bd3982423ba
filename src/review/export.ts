/** Rows with what is wrong with them, as tables that people open elsewhere. */
import { quoteText } from '../sdk/duck-sql.ts';
import { columnName } from '../shape/assess/cells.ts';
import { states } from './changes.ts';
import type { Plan } from './plan.ts';

type Row = readonly (string | null)[];

export interface Exported {
  readonly header: readonly string[];
  /** Line of the file, texts, problems. */
  readonly sql: string;
}

/** Of what people see. `errors`: only rows that have some. Pure. */
export function exportOf({ shown, layout }: Plan, what: 'errors' | 'all'): Exported {
  const nameOf = (column: number): string =>
    layout.headers[column] ?? labelOf(layout, shown.find((part) => part.column === column)?.fed.field.name ?? '');
  const names = shown.map(({ column }) => `when ${column} then ${quoteText(nameOf(column))}`).join(' ');
  const said = `select s.id, string_agg((case d.col ${names} end) || ': ' || d.message, '; ' order by s.v) as m from said s join verdict d on d.v = s.v group by s.id`;
  const texts = shown.map(({ column }) => `coalesce(r.${columnName(column)}, '')`);
  return {
    header: ['Line', ...shown.map(({ column }) => nameOf(column)), 'Problems'],
    sql: `select ${['r.line', ...texts, "coalesce(m.m, '')"].join(', ')} from rows r left join (${said}) m on m.id = r.id
      where r.state = ${states.live}${what === 'errors' ? ' and r.errs > 0' : ''} order by r.id`,
  };
}

/** Of a field that has no column in the file. */
const labelOf = ({ given }: Plan['layout'], key: string): string => given.find((field) => field.key === key)?.label ?? key;

/** What a table program would take for a formula, and run, is marked as a text. Numbers are what they look like. Pure. */
export function guarded(text: string): string {
  return /^[=+\-@\t\r]/.test(text) && !/^[+-]?[\d.,]+%?$/.test(text) ? `'${text}` : text;
}

export function csvLine(row: Row): string {
  const cells = row
    .map((cell) => guarded(cell ?? ''))
    .map((cell) => (/[",\r\n]|^$/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell));
  return `${cells.join(',')}\r\n`;
}

/** XML has no word for these. */
const unwritable = /[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]/g;
const escapes: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };
const escaped = (text: string): string => text.replaceAll(unwritable, '').replaceAll(/[&<>"]/g, (char) => escapes[char] ?? char);

/** A row of a sheet: texts are texts there, whatever they begin with. */
export const sheetRow = (row: Row): string =>
  `<row>${row.map((cell) => `<c t="inlineStr"><is><t xml:space="preserve">${escaped((cell ?? '').slice(0, 32_767))}</t></is></c>`).join('')}</row>`;

const xml = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n';
const relations = 'http://schemas.openxmlformats.org/package/2006/relationships';
const office = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships';
const sheetSpace = 'http://schemas.openxmlformats.org/spreadsheetml/2006/main';
const types = 'application/vnd.openxmlformats-officedocument.spreadsheetml';

export const sheetStart = `${xml}<worksheet xmlns="${sheetSpace}"><sheetData>`;
export const sheetEnd = '</sheetData></worksheet>';
export const sheetPath = 'xl/worksheets/sheet1.xml';

/** Everything of a workbook but its one sheet. */
export const workbook: readonly (readonly [string, string])[] = [
  [
    '[Content_Types].xml',
    `${xml}<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Override PartName="/xl/workbook.xml" ContentType="${types}.sheet.main+xml"/><Override PartName="/${sheetPath}" ContentType="${types}.worksheet+xml"/></Types>`,
  ],
  [
    '_rels/.rels',
    `${xml}<Relationships xmlns="${relations}"><Relationship Id="r1" Type="${office}/officeDocument" Target="xl/workbook.xml"/></Relationships>`,
  ],
  [
    'xl/workbook.xml',
    `${xml}<workbook xmlns="${sheetSpace}" xmlns:r="${office}"><sheets><sheet name="Rows" sheetId="1" r:id="r1"/></sheets></workbook>`,
  ],
  [
    'xl/_rels/workbook.xml.rels',
    `${xml}<Relationships xmlns="${relations}"><Relationship Id="r1" Type="${office}/worksheet" Target="worksheets/sheet1.xml"/></Relationships>`,
  ],
];
