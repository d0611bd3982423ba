/** Texts and members of lists that mean none of the options, on the page: said once, for all rows. */
import assert from 'node:assert/strict';
import { after, before, suite, test } from 'node:test';
import { grid, requireAccessible, requireContrast, rowsShown } from './page-driver.ts';
import { openPages, type PageBench } from './page-bench.ts';

const selectOptions = [
  { label: 'Red', value: 'r' },
  { label: 'Blue', value: 'b' },
];
const fields = [
  { label: 'Name', key: 'name' },
  { label: 'Colours', key: 'colours', type: 'multi-select', selectOptions },
  { label: 'Size', key: 'size', type: 'select', selectOptions: [{ label: 'Large', value: 'L' }] },
];
const settings = { importIdentifier: 'people', title: 'Add people', invalidDataBehavior: 'BLOCK_SUBMIT' };
const csv = 'Name,Colours,Size\nAda,"Red, blau",huge\nBob,blau,Large\nCy,,\n';

suite('values that mean no option', () => {
  let pages: PageBench;
  before(async () => {
    pages = await openPages();
  });
  after(async () => await pages.close());

  for (const width of [1280, 390]) {
    test(`each is said once, and counts wherever it stands, ${width} pixels wide`, async () => {
      await using page = await pages.visit(await pages.reviewOf({ fields, settings }, csv), { width, reducedMotion: 'reduce' });
      const colour = page.getByRole('combobox', { name: /blau/ });
      await colour.waitFor();
      assert.equal(await colour.inputValue(), '');
      assert.equal(await page.getByRole('combobox').count(), 2, 'what is an option is not asked about');
      await requireAccessible(page, 'values');
      await page.emulateMedia({ colorScheme: 'dark' });
      await requireContrast(page, 'values, dark');
      assert.ok(Number(await page.evaluate('document.documentElement.scrollWidth')) <= width);
      await colour.selectOption('Blue');
      await page.getByRole('combobox', { name: /huge/ }).selectOption('Large');
      await page.getByRole('button', { name: 'Continue' }).press('Enter');
      await grid(page).getByText('Red', { exact: true }).waitFor();
      assert.equal(await grid(page).getByText('Blue', { exact: true }).count(), 2);
      await page.reload();
      await rowsShown(page);
      await page.getByRole('button', { name: 'Values', exact: true }).press('Enter');
      await colour.waitFor();
      assert.equal(await colour.inputValue(), 'b');
    });
  }
});
