/** The tools beside the table: what they find is counted and shown, and what they do is one step that is taken back. */
import assert from 'node:assert/strict';
import { after, before, suite, test } from 'node:test';
import { cell, grid, requireAccessible, rowsShown } from './page-driver.ts';
import { openPages, type PageBench } from './page-bench.ts';

const settings = { importIdentifier: 'people', invalidDataBehavior: 'BLOCK_SUBMIT' };

suite('the tools of the review page', () => {
  let pages: PageBench;
  before(async () => {
    pages = await openPages();
  });
  after(async () => await pages.close());

  for (const [theme, width] of [
    ['light', 1280],
    ['dark', 390],
  ] as const) {
    test(`a search says what it has found, and marks it, ${theme} at ${width}`, async () => {
      const own = [
        { label: 'Name', key: 'name', validators: [{ validate: 'required' }] },
        { label: 'City', key: 'city' },
        { label: 'Tags', key: 'tags', type: 'multi-select', selectOptions: [{ label: 'Berliner', value: 'b' }] },
      ];
      const lines = Array.from({ length: 40 }, (_, at) => (at % 2 === 0 ? `Berlinda ${at},Berlin,` : `Ann ${at},Rome,`));
      const link = await pages.reviewOf({ fields: own, settings }, `Name,City,Tags\n${lines.join('\n')}\n,Rome,Berliner\n`);
      await using page = await pages.visit(link, { theme, width });
      await rowsShown(page);
      await page.getByRole('searchbox').fill('berlin');
      await page.getByRole('status').getByText('21 rows, 41 matches').waitFor();
      await page.locator('[role=grid][aria-rowcount="22"]').waitFor();
      const first = await cell(page, 2, 'Name');
      assert.equal(await first.locator('mark').innerText(), 'Berlin');
      assert.match(await first.innerText(), /Match/);
      assert.equal(await (await cell(page, 2, 'City')).locator('mark').innerText(), 'Berlin');
      await requireAccessible(page, 'a search');
      await grid(page).press('Control+End');
      assert.equal(await (await cell(page, 42, 'Tags')).locator('.chip mark').innerText(), 'Berlin');
      assert.equal(await (await cell(page, 42, 'City')).locator('mark').count(), 0);
      await page.getByRole('searchbox').fill('');
      await page.getByText('21 rows, 41 matches').waitFor({ state: 'detached' });
      assert.equal(await page.locator('mark').count(), 0);
    });
  }
});
