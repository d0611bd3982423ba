/** The tools beside the table: what they find is counted and shown, and what they do is one step that is taken back. */
import assert from 'node:assert/strict';
import { after, before, suite, test } from 'node:test';
import { cell, count, grid, requireAccessible, rowsAre, rowsShown, saved, says, textOf } from './page-driver.ts';
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
      await rowsAre(page, 21);
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
      await rowsAre(page, 41);
      assert.equal(await page.locator('mark').count(), 0);
    });
  }

  for (const [theme, width] of [
    ['light', 1280],
    ['dark', 390],
  ] as const) {
    test(`wrong texts are emptied at once, one kind of them or all, ${theme} at ${width}`, async () => {
      const own = [
        { label: 'Age', key: 'age', type: 'number' },
        { label: 'Name', key: 'name', validators: [{ validate: 'required' }] },
      ];
      const link = await pages.reviewOf({ fields: own, settings }, 'Age,Name\nx,A\nx,B\ny,C\n7,\n');
      await using page = await pages.visit(link, { theme, width });
      await rowsShown(page);
      await page.getByRole('button', { name: 'Problems' }).click();
      await page.getByRole('button', { name: /Age This is not a number/ }).click();
      await page.getByRole('button', { name: 'Clear 3 cells' }).waitFor();
      await requireAccessible(page, 'problems');
      const clear = page.getByRole('button', { name: 'Clear', exact: true });
      await clear.first().focus();
      await page.keyboard.press('Enter');
      await page.getByText('2 cells changed.').waitFor();
      await says(count(page, 'With errors'), '2');
      const undo = page.locator('.toast').getByRole('button', { name: 'Undo' });
      await undo.last().click();
      await says(count(page, 'With errors'), '4');
      await page.getByRole('button', { name: 'Clear 3 cells' }).click();
      await page.getByText('3 cells changed.').waitFor();
      await says(count(page, 'With errors'), '1');
      assert.equal(await textOf(await cell(page, 4, 'Age')), '');
      // One step takes all of it back.
      await undo.last().click();
      await says(count(page, 'With errors'), '4');
      await saved(page);
      // Where nothing stands, there is nothing to empty.
      await page.getByRole('button', { name: /Name Value is required/ }).click();
      await page.getByLabel('Replace empty cells by').waitFor();
      assert.equal(await clear.count(), 0);
    });
  }

  test('what was put right by itself is marked, and what is only written otherwise is not', async () => {
    const own = [
      { label: 'Name', key: 'name', validators: [{ validate: 'required' }] },
      { label: 'Land', key: 'land', type: 'select', selectOptions: [{ label: 'Germany', value: 'DE' }] },
      { label: 'Sum', key: 'sum', type: 'number' },
    ];
    const marks = { ...settings, reviewStep: { highlightAutoFixes: true } };
    const link = await pages.reviewOf({ fields: own, settings: marks }, 'Name,Land,Sum\n,Germny,1000\n,DE,7\n');
    await using page = await pages.visit(link);
    await rowsShown(page);
    const [fixed, other, sum] = [await cell(page, 2, 'Land'), await cell(page, 3, 'Land'), await cell(page, 2, 'Sum')];
    assert.equal(await fixed.getAttribute('title'), 'Was “Germny” in the file');
    assert.equal(await fixed.locator('.icon-changed').count(), 1);
    assert.deepEqual([await textOf(other), await other.getAttribute('title')], ['Germany', null]);
    assert.deepEqual([await textOf(sum), await sum.getAttribute('title')], ['1,000', null]);
    await requireAccessible(page, 'a mark at what was put right');
  });
});
