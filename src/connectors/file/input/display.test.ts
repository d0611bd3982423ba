import assert from 'node:assert/strict';
import { test } from 'node:test';
import { shownAs } from './cells.ts';
import { cellFormat, displayed } from './display.ts';

/** The number of a format, its own code where it has one, the number in the cell, what people see; undefined = the number itself. */
const cases: readonly (readonly [number, string | undefined, string, string | undefined])[] = [
  [164, '00000', '501', '00501'],
  [164, '000-00-0000', '12345678', '012-34-5678'],
  [164, '$#,##0.00', '1234.5', '$1,234.50'],
  [164, '$#,##0.00;[Red]($#,##0.00)', '-1234.5', '($1,234.50)'],
  [164, '[$€-407] #,##0.00', '1234.5', '€ 1,234.50'],
  [44, undefined, '1234.5', '$1,234.50'],
  [44, undefined, '0', '$-'],
  [4, undefined, '1234567.891', '1,234,567.89'],
  [9, undefined, '0.45', '45%'],
  [11, undefined, '12345', '1.23E+04'],
  [12, undefined, '1.5', '1 1/2'],
  [14, undefined, '45651', '12/25/2024'],
  [14, undefined, '60', '2/29/1900'],
  [22, undefined, '45651.5', '12/25/2024 12:00'],
  [31, undefined, '45651', '12/25/2024'],
  [46, undefined, '1.5', '36:00:00'],
  [164, 'dd/mm/yyyy', '45651', '25/12/2024'],
  [164, 'yyyy\\-mm\\-dd', '45651', '2024-12-25'],
  [164, '[$-409]mmmm d, yyyy;@', '45651', 'December 25, 2024'],
  [164, '[$-407]d. mmmm yyyy', '45651', '25. Dezember 2024'],
  [164, 'h:mm AM/PM', '0.75', '6:00 PM'],
  [164, '[<=9999999]###-####;(###) ###-####', '2128675309', '(212) 867-5309'],
  // As Excel has it: 15 digits.
  [0, undefined, '0.30000000000000004', '0.3'],
  [0, undefined, '-1.1000000000000001E-7', '-0.00000011'],
  [0, undefined, '123456789.12345678', '123456789.123457'],
  [49, undefined, '0.30000000000000004', '0.3'],
  [0, undefined, '0.1', undefined],
  [0, undefined, '123456789012345', undefined],
  // More digits than it keeps, of whole numbers: those of the file.
  [0, undefined, '12345678901234567', undefined],
  [1, undefined, '12345678901234567', undefined],
  // Nothing to see, no format, no number, no day.
  [164, ';;;', '5', undefined],
  [164, 'bogus[', '5', undefined],
  [164, '0'.repeat(2000), '5', undefined],
  [14, undefined, '-1', undefined],
  [14, undefined, '#N/A', undefined],
  [9, undefined, '', undefined],
];

test('numbers and days are shown as their format says', () => {
  for (const [id, code, stored, shown] of cases) {
    const format = cellFormat(id, code, shownAs(id, code));
    assert.equal(displayed(stored, format, false), shown, `${code ?? id} ${stored}`);
  }
});

test('days are counted from 1904 where the workbook does, hours are not', () => {
  const of = (code: string) => cellFormat(164, code, shownAs(164, code));
  assert.equal(displayed('44189', of('m/d/yyyy'), true), '12/25/2024');
  assert.equal(displayed('0', of('m/d/yyyy'), true), '1/1/1904');
  assert.equal(displayed('0.5', of('m/d/yyyy h:mm'), true), '1/1/1904 12:00');
  assert.equal(displayed('1.5', of('[h]:mm'), true), '36:00');
  assert.equal(displayed('0.25', of('h:mm'), true), '6:00');
});
