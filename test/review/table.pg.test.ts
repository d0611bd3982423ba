/** What people do with the table itself: its columns, its rows, the way to a row, and copies. */
import assert from 'node:assert/strict';
import { after, before, suite, test } from 'node:test';
import { cell, count, fromClipboard, grid, requireAccessible, rowsAre, rowsShown, saved, says, textOf } from './page-driver.ts';
import { openPages, type PageBench } from './page-bench.ts';

suite('the table of the review page', () => {
  let pages: PageBench;
  before(async () => {
    pages = await openPages();
  });
  after(async () => await pages.close());

  test('columns are hidden, kept in view and made wider, rows higher; a reload keeps it', async () => {
    await using page = await pages.visit(await pages.review(60), { width: 800 });
    await rowsShown(page);
    const menu = page.getByRole('button', { name: /^Columns$|hidden$/ }).last();
    await menu.click();
    await page.getByLabel('Show E-mail').uncheck();
    await page.getByRole('button', { name: 'Keep Country in view' }).click();
    await page.getByLabel('Three lines').check();
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: '1 column hidden' }).waitFor();
    await grid(page).focus();
    await page.keyboard.press('Control+Home');
    await page.keyboard.press('Alt+Shift+ArrowRight');

    for (const time of ['now', 'after a reload']) {
      const heads = await page.getByRole('columnheader').allInnerTexts();
      assert.match(heads[1] ?? '', /^Country/, time);
      assert.ok(!heads.some((head) => head.startsWith('E-mail')), time);
      const country = await cell(page, 20, 'Country');
      assert.equal((await country.boundingBox())?.height, 63, time);
      // The last column is scrolled to; the one that is kept stays where it is.
      const before = await country.boundingBox();
      await grid(page).press('Control+ArrowRight');
      await page.getByRole('columnheader', { name: /Id$/ }).waitFor();
      assert.deepEqual(await country.boundingBox(), before, time);
      await grid(page).press('Control+Home');
      if (time === 'now') {
        await page.reload();
        await rowsShown(page);
      }
    }

    // An error in a column that is hidden is shown.
    const email = /^E-mail/;
    await page.getByLabel('Column', { exact: true }).selectOption('E-mail');
    await grid(page).press('Alt+ArrowDown');
    await page.getByRole('columnheader', { name: email }).waitFor();
    await page.getByText('E-mail is shown again: the error is there.').waitFor();
    // Edits still go to the cells that are seen.
    await page.keyboard.type('first@example.com');
    await page.keyboard.press('Enter');
    await saved(page);
    assert.equal(await textOf(await cell(page, 18, 'E-mail')), 'first@example.com');
  });

  test('a row is found by its number, copied with the names of columns, and added once more', async () => {
    await using page = await pages.visit(await pages.review(400));
    await rowsShown(page);
    await page.getByRole('button', { name: 'All rows' }).click();
    await rowsAre(page, 400);
    await grid(page).press('Control+g');
    await page.getByLabel('Number of the row in the file').fill('333');
    await page.keyboard.press('Enter');
    const name = await cell(page, 333, 'Name');
    await says(name, 'Person 331');
    await page.locator('.is-active').filter({ hasText: 'Person 331' }).waitFor();
    await grid(page).press('Shift+ArrowRight');
    await grid(page).press('Control+Shift+c');
    await page.getByText('2 cells copied, with the names of their columns.').waitFor();
    assert.equal(await fromClipboard(page), 'Name\tE-mail\nPerson 331\tperson331@example.com');

    await grid(page).press('Control+Shift+d');
    await page.getByText('A copy of the row was added at the end.').waitFor();
    await says(count(page, 'All rows'), '401');
    await says(page.locator('.is-active'), 'Person 331');
    // The same address twice is an error of both.
    await grid(page).press('Control+z');
    await says(count(page, 'All rows'), '400');

    await page.getByRole('button', { name: 'With errors' }).click();
    await rowsShown(page);
    await grid(page).press('Control+g');
    await page.getByLabel('Number of the row in the file').fill('3');
    await page.keyboard.press('Enter');
    await page.getByText('Row 3 is not among these rows. This is the next one.').waitFor();
  });

  test('texts with line breaks keep them, and days are chosen from a calendar', async () => {
    const wanted = {
      fields: [
        { label: 'Note', key: 'note' },
        { label: 'Day', key: 'day', type: 'date' },
      ],
      settings: { importIdentifier: 'notes', invalidDataBehavior: 'BLOCK_SUBMIT' },
    };
    await using page = await pages.visit(await pages.reviewOf(wanted, 'Note,Day\n"one\ntwo",never\n'));
    await rowsShown(page);
    await grid(page).press('Control+Home');
    await page.keyboard.press('F2');
    await page.keyboard.press('Control+End');
    await page.keyboard.type('!');
    await page.keyboard.press('Enter');
    await saved(page);
    assert.equal(await page.locator('#cell-0-0 .grid-text').textContent(), 'one\ntwo!');
    await page.locator('#cell-0-1').dblclick();
    await page.getByRole('button', { name: 'Choose a day' }).waitFor();
    // The calendar itself is the browser's own: what it does is to fill in a day.
    await page.evaluate(`(() => {
      const box = document.querySelector('.day-picker input');
      Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, 'value').set.call(box, '2026-11-21');
      box.dispatchEvent(new Event('input', { bubbles: true }));
    })()`);
    await saved(page);
    await says(count(page, 'With errors'), '0');
  });

  test('several options are joined as their field says', async () => {
    const options = ['beta', 'partner', 'vip'].map((label) => ({ label, value: label }));
    const wanted = {
      fields: [{ label: 'Tags', key: 'tags', type: ['multi-select', { delimiter: ';' }], selectOptions: options }],
      settings: { importIdentifier: 'tags', invalidDataBehavior: 'BLOCK_SUBMIT' },
    };
    await using page = await pages.visit(await pages.reviewOf(wanted, 'Tags\nbeta; wip\nvip\n'));
    await rowsShown(page);
    await says(page.locator('#cell-0-0 .chip.is-wrong'), 'wip');
    await says(page.locator('#cell-0-0 .chip:not(.is-wrong)'), 'beta');
    await requireAccessible(page, 'several options in a cell');
    await grid(page).press('Control+Home');
    await page.keyboard.press('F2');
    await page.keyboard.type('part');
    await page.keyboard.press('Enter');
    await saved(page);
    const tags = page.locator('#cell-0-0');
    assert.match(await textOf(tags), /^beta; wip; partner$/);
    await page.keyboard.press('ArrowUp');
    await page.keyboard.type('beta');
    await page.keyboard.press('Enter');
    await saved(page);
    await says(count(page, 'With errors'), '0');
  });

  test('options that a hook gives to single cells are what their lists offer, and follow what is edited', async () => {
    const rowHooks = [
      `({ row }) => {
        const cities = { France: ['Paris', 'Lyon'], Spain: ['Madrid'] }[row.land.value] ?? [];
        return { row: { city: { selectOptions: cities.map((label) => ({ label, value: label.toLowerCase() })) } } };
      }`,
    ];
    const cities = ['Paris', 'Lyon', 'Madrid', 'Rome'].map((label) => ({ label, value: label.toLowerCase() }));
    const own = [
      { label: 'Land', key: 'land' },
      { label: 'City', key: 'city', type: 'select', selectOptions: cities },
    ];
    const wanted = {
      fields: own,
      settings: { invalidDataBehavior: 'BLOCK_SUBMIT', matchValuesStep: { maxMappableSelectValues: 1 } },
    };
    const link = await pages.reviewOf(
      { ...wanted, hooks: { rowHooks } },
      'Land,City\nFrance,Paris\nFrance,Madrid\nSpain,Madrid\n',
    );
    await using page = await pages.visit(link);
    await rowsShown(page);
    const list = page.getByRole('listbox', { name: 'Options' });
    const all = async (): Promise<void> => {
      await page.getByRole('button', { name: 'All rows' }).click();
      await rowsAre(page, 3);
    };
    const offered = async (row: number): Promise<readonly string[]> => {
      await (await cell(page, row, 'City')).dblclick();
      await page.locator('.cell-input').fill('');
      const options = list.getByRole('option');
      await options.first().waitFor();
      const names = await options.allInnerTexts();
      await page.keyboard.press('Escape');
      await page.locator('.cell-input').waitFor({ state: 'detached' });
      return names.map((name) => name.trim());
    };
    // Madrid is a city of the field, but none of France: the cell is wrong.
    await count(page, 'With errors').filter({ hasText: '1' }).waitFor();
    await all();
    assert.deepEqual(await offered(3), ['Paris', 'Lyon']);
    assert.deepEqual(await offered(4), ['Madrid']);

    await (await cell(page, 3, 'City')).dblclick();
    await page.locator('.cell-input').fill('ly');
    await list.getByRole('option', { name: 'Lyon' }).click();
    await saved(page);
    await count(page, 'With errors').filter({ hasText: '0' }).waitFor();

    // The hook gives other options when what they hang on changes; a reload shows the same.
    await (await cell(page, 4, 'Land')).dblclick();
    await page.keyboard.press('Control+a');
    await page.keyboard.type('France');
    await page.keyboard.press('Enter');
    await saved(page);
    await count(page, 'With errors').filter({ hasText: '1' }).waitFor();
    assert.deepEqual(await offered(4), ['Paris', 'Lyon']);
    await page.reload();
    await rowsShown(page);
    await all();
    assert.deepEqual(await offered(4), ['Paris', 'Lyon']);
  });
});
