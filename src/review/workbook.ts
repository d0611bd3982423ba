/** A workbook of one sheet whose cells are texts, some with a note, as the members of its archive. Pure. */
import type { Row } from './export.ts';

/**
 * Notes of a sheet: each is a drawing, and table programs open sheets with more of them slowly or not at all. What is beyond stands in the
 * column of problems.
 */
export const mostNotes = 50_000;
/** Characters of a cell, and of a note. */
const longest = 32_767;

/** XML has no word for these. */
const unwritable = /[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]/g;
const escapes: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };
const escaped = (text: string): string =>
  text
    .slice(0, longest)
    .replaceAll(unwritable, '')
    .replaceAll(/[&<>"]/g, (char) => escapes[char] ?? char);

/** A row of a sheet: texts are texts there, whatever they begin with. */
export const sheetRow = (row: Row): string =>
  `<row>${row.map((cell) => `<c t="inlineStr"><is><t xml:space="preserve">${escaped(cell ?? '')}</t></is></c>`).join('')}</row>`;

const xml = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n';
const packages = 'http://schemas.openxmlformats.org/package/2006';
const office = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships';
const sheetSpace = 'http://schemas.openxmlformats.org/spreadsheetml/2006/main';
const types = 'application/vnd.openxmlformats-officedocument';

export const sheetStart = `${xml}<worksheet xmlns="${sheetSpace}" xmlns:r="${office}"><sheetData>`;
export const sheetEnd = (hasNotes: boolean): string => `</sheetData>${hasNotes ? '<legacyDrawing r:id="r1"/>' : ''}</worksheet>`;
export const sheetPath = 'xl/worksheets/sheet1.xml';
export const commentsPath = 'xl/comments1.xml';
export const drawingPath = 'xl/drawings/vmlDrawing1.vml';

const relations = (...targets: readonly (readonly [type: string, target: string])[]): string =>
  `${xml}<Relationships xmlns="${packages}/relationships">${targets
    .map(([type, target], at) => `<Relationship Id="r${at + 1}" Type="${office}/${type}" Target="${target}"/>`)
    .join('')}</Relationships>`;

/** Everything of a workbook but its one sheet, and its notes. */
export function workbook(hasNotes: boolean): readonly (readonly [string, string])[] {
  const notes = hasNotes
    ? `<Default Extension="vml" ContentType="${types}.vmlDrawing"/><Override PartName="/${commentsPath}" ContentType="${types}.spreadsheetml.comments+xml"/>`
    : '';
  return [
    [
      '[Content_Types].xml',
      `${xml}<Types xmlns="${packages}/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>${notes}<Override PartName="/xl/workbook.xml" ContentType="${types}.spreadsheetml.sheet.main+xml"/><Override PartName="/${sheetPath}" ContentType="${types}.spreadsheetml.worksheet+xml"/></Types>`,
    ],
    ['_rels/.rels', relations(['officeDocument', 'xl/workbook.xml'])],
    [
      'xl/workbook.xml',
      `${xml}<workbook xmlns="${sheetSpace}" xmlns:r="${office}"><sheets><sheet name="Rows" sheetId="1" r:id="r1"/></sheets></workbook>`,
    ],
    ['xl/_rels/workbook.xml.rels', relations(['worksheet', 'worksheets/sheet1.xml'])],
    ...(hasNotes
      ? [
          [
            'xl/worksheets/_rels/sheet1.xml.rels',
            relations(['vmlDrawing', '../drawings/vmlDrawing1.vml'], ['comments', '../comments1.xml']),
          ] as const,
        ]
      : []),
  ];
}

/** Where a note stands: numbers from 0, the row of names included. */
export interface NotePlace {
  readonly row: number;
  readonly column: number;
}

/** 0 = A, 26 = AA. */
function letters(column: number): string {
  const last = String.fromCharCode(65 + (column % 26));
  return column < 26 ? last : letters(Math.floor(column / 26) - 1) + last;
}

export const commentsStart = `${xml}<comments xmlns="${sheetSpace}"><authors><author>Review</author></authors><commentList>`;
export const commentsEnd = '</commentList></comments>';
export const comment = ({ row, column }: NotePlace, text: string): string =>
  `<comment ref="${letters(column)}${row + 1}" authorId="0"><text><t xml:space="preserve">${escaped(text)}</t></text></comment>`;

/** Numbers of drawings come in blocks of these, and a sheet names its blocks. */
const block = 1024;

export function drawingStart(notes: number): string {
  const blocks = Array.from({ length: Math.floor((block + notes) / block) }, (_, at) => at + 1);
  return `<xml xmlns:v="urn:schemas-microsoft-com:vml" xmlns:o="urn:schemas-microsoft-com:office:office" xmlns:x="urn:schemas-microsoft-com:office:excel"><o:shapelayout v:ext="edit"><o:idmap v:ext="edit" data="${blocks.join(',')}"/></o:shapelayout><v:shapetype id="_x0000_t202" coordsize="21600,21600" o:spt="202" path="m,l,21600r21600,l21600,xe"><v:stroke joinstyle="miter"/><v:path gradientshapeok="t" o:connecttype="rect"/></v:shapetype>`;
}
export const drawingEnd = '</xml>';

/** The frame that a note is shown in, beside its cell. `at` = which note it is, from 0. */
export function frame({ row, column }: NotePlace, at: number): string {
  const anchor = [column + 1, 15, Math.max(0, row - 1), 10, column + 4, 15, row + 3, 4].join(', ');
  return `<v:shape id="_x0000_s${block + 1 + at}" type="#_x0000_t202" style="position:absolute;visibility:hidden" fillcolor="#ffffe1" o:insetmode="auto"><v:fill color2="#ffffe1"/><v:shadow on="t" color="black" obscured="t"/><v:path o:connecttype="none"/><v:textbox style="mso-direction-alt:auto"/><x:ClientData ObjectType="Note"><x:MoveWithCells/><x:SizeWithCells/><x:Anchor>${anchor}</x:Anchor><x:AutoFill>False</x:AutoFill><x:Row>${row}</x:Row><x:Column>${column}</x:Column></x:ClientData></v:shape>`;
}
