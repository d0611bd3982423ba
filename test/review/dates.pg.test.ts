/** Dates that somebody has to agree to, on the page: asked about first, read the other way, left as they are; and why one is asked at all. */
import assert from 'node:assert/strict';
import { after, before, suite, test } from 'node:test';
import { grid, requireAccessible, requireContrast, rowsShown } from './page-driver.ts';
import { openPages, type PageBench } from './page-bench.ts';

const fields = [
  { label: 'Name', key: 'name' },
  // Called as what every object has.
  { label: 'Born', key: 'constructor', type: ['date', { autofix: false }] },
];
const settings = { importIdentifier: 'people', title: 'Add people' };
const csv = 'Name,Born\nAda,3.4.2024\nBob,05/06/2024\n';

suite('dates to agree to', () => {
  let pages: PageBench;
  before(async () => {
    pages = await openPages();
  });
  after(async () => await pages.close());

  for (const width of [1280, 390]) {
    test(`the other order is chosen by keys, and stays, ${width} pixels wide`, async () => {
      const made = await pages.server.imported({ fields, settings }, csv);
      await using page = await pages.visit(String(made['review_url']), { width, reducedMotion: 'reduce' });
      const own = page.getByRole('radio', { name: 'The month comes first 05/06/2024 → 2024-05-06 3.4.2024 → 2024-03-04' });
      const other = page.getByRole('radio', { name: 'The day comes first 05/06/2024 → 2024-06-05 3.4.2024 → 2024-04-03' });
      await own.and(page.locator(':checked')).waitFor();
      await page.getByRole('group', { name: 'Born' }).waitFor();
      await requireAccessible(page, 'dates');
      await page.emulateMedia({ colorScheme: 'dark' });
      await requireContrast(page, 'dates, dark');
      assert.ok(Number(await page.evaluate('document.documentElement.scrollWidth')) <= width);
      // Who goes to the rows without a word is told there what waits for one.
      await page.getByRole('button', { name: 'Rows', exact: true }).press('Enter');
      await page.getByText('Somebody has to agree to how the dates of constructor are read').waitFor();
      await requireAccessible(page, 'rows with a reason');
      await requireContrast(page, 'rows with a reason, dark');
      await page.getByRole('button', { name: 'Values', exact: true }).press('Enter');
      await own.press('ArrowDown');
      await other.and(page.locator(':checked')).waitFor();
      await page.getByRole('button', { name: 'Continue' }).press('Enter');
      await grid(page).getByText('4/3/2024').waitFor();
      assert.equal(await page.getByRole('list', { name: 'Why you are asked' }).count(), 0);
      await page.reload();
      await rowsShown(page);
      await page.getByRole('button', { name: 'Values', exact: true }).press('Enter');
      await other.and(page.locator(':checked')).waitFor();
      await page.getByRole('radio', { name: /Leave them as they are/ }).check();
      await page.getByRole('button', { name: 'Continue' }).press('Enter');
      await page.getByText('0 rows will be sent, 2 rows with errors will be dropped.').waitFor();
    });
  }

  test('how many rows the limit of the import left out', async () => {
    const own = { ...settings, maxRecords: 2, invalidDataBehavior: 'BLOCK_SUBMIT' };
    const link = await pages.reviewOf({ fields, settings: own }, 'Name,Born\nAda,x\nBob,\nCy,\nDi,\nEve,\n');
    await using page = await pages.visit(link, { width: 390 });
    await page.getByText('Rows beyond the limit of this import, left out: 3').waitFor();
    await requireAccessible(page, 'rows that were left out');
  });

  test('what a hook said when it stopped the import is said at the opening', async () => {
    const hooks = { beforeFinishCallback: '() => ({ cancel: true, message: "The office is <b>closed</b>" })' };
    const link = await pages.reviewOf({ fields: fields.slice(0, 1), settings, hooks }, 'Name\nAda\nBob\n');
    await using page = await pages.visit(link, { width: 390 });
    await page.getByRole('list', { name: 'Why you are asked' }).getByText('The office is closed').waitFor();
    await requireAccessible(page, 'why it was stopped');
  });
});
