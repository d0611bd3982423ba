/** A whole review with no mouse and nothing but keys, as somebody does it who cannot see the page: what has the focus has a name. */
import assert from 'node:assert/strict';
import { after, before, suite, test } from 'node:test';
import type { Page } from 'playwright-core';
import { count, grid, rowsShown, saved, says } from './page-driver.ts';
import { openPages, type PageBench } from './page-bench.ts';
import { fields } from './sample.ts';

/** Role and name of what has the focus, as the browser tells screen readers. */
async function focused(page: Page): Promise<string> {
  const session = await page.context().newCDPSession(page);
  const { result } = await session.send('Runtime.evaluate', { expression: 'document.activeElement' });
  const { nodes } = await session.send('Accessibility.getPartialAXTree', {
    ...(result.objectId !== undefined && { objectId: result.objectId }),
    fetchRelatives: false,
  });
  await session.detach();
  const [node] = nodes;
  return `${node?.role?.value} ${node?.name?.value}`;
}

/** Tab until what has the focus is called that. */
async function tabTo(page: Page, wanted: RegExp, key = 'Tab'): Promise<void> {
  const passed: string[] = [];
  for (let pressed = 0; pressed < 60; pressed += 1) {
    const name = await focused(page);
    if (wanted.test(name)) return;
    passed.push(name);
    await page.keyboard.press(key);
  }
  assert.fail(`no way by ${key} to ${wanted}: ${passed.join(' | ')}`);
}

suite('by keys alone', () => {
  let pages: PageBench;
  before(async () => {
    pages = await openPages();
  });
  after(async () => await pages.close());

  test('from the first question to the last answer', async () => {
    const settings = { importIdentifier: 'people', invalidDataBehavior: 'REMOVE_INVALID_ROWS', allowEmptySubmit: false };
    const some = fields.filter(({ key }) => ['name', 'email', 'country'].includes(key));
    const text = '1,2,3\n4,5,6\nx,y,z\n,nobody,Germany\nBob,bob@example,\n';
    const made = await pages.server.imported({ fields: some, settings }, text);
    await using page = await pages.visit(String(made['review_url']));

    await page.getByRole('radio', { name: 'Row 3 names the columns' }).waitFor();
    assert.equal(await focused(page), 'heading Which row names the columns?');
    await tabTo(page, /^radio/);
    for (let row = 0; row < 3 && !/Row 3 /.test(await focused(page)); row += 1) await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Space');
    await tabTo(page, /^button Continue/);
    await page.keyboard.press('Enter');

    await page.getByLabel('Field for x').waitFor();
    assert.equal(await focused(page), 'heading Which column is what?');
    for (const [column, field] of Object.entries({ x: 'Name', y: 'E-mail', z: 'Country' })) {
      await tabTo(page, new RegExp(`^combobox Field for ${column}`));
      await page.keyboard.type(field);
    }
    await tabTo(page, /^button Continue/);
    await page.keyboard.press('Enter');

    await rowsShown(page);
    await says(count(page, 'With errors'), '2');
    await tabTo(page, /^grid Rows of the import/);
    await page.keyboard.press('Alt+ArrowDown');
    await page.getByText(/^1 of 3$/).waitFor();
    await page.keyboard.type('Ann');
    await page.keyboard.press('Enter');
    await saved(page);
    await page.keyboard.press('Alt+ArrowDown');
    await page.getByText(/^\d of 2$/).waitFor();
    const name = await page.locator('.is-active').innerText();
    await page.keyboard.type(name.startsWith('nobody') ? 'ann@example.com' : 'bob@example.com');
    await page.keyboard.press('Enter');
    await saved(page);
    // What is left is said by itself.
    await page.getByRole('status').filter({ hasText: '1 row with errors, 0 rows with warnings' }).waitFor({ state: 'attached' });

    await page.keyboard.press('F6');
    await tabTo(page, /^button Finish/);
    await page.keyboard.press('Enter');
    await page.getByRole('dialog', { name: 'Finish this import?' }).waitFor();
    await tabTo(page, /^button Send 1 row/);
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'The import is complete' }).waitFor();
    assert.equal(await focused(page), 'heading The import is complete');
    assert.equal(((await pages.server.rowsOf(made['id'])) as unknown[]).length, 1); // a list
  });

  test('the table is left and entered, and whatever has the focus has a name', async () => {
    await using page = await pages.visit(await pages.review(60));
    await rowsShown(page);
    // Keys work as the page opens.
    await page.locator('[role=grid]:focus').waitFor();
    await page.keyboard.press('F6');
    const names: string[] = [];
    for (let stop = 0; stop < 40; stop += 1) {
      await page.keyboard.press('Tab');
      names.push(await focused(page));
      if (names.at(-1)?.startsWith('grid')) break;
    }
    assert.ok(names.at(-1)?.startsWith('grid'), names.join(' | '));
    assert.deepEqual(
      names.filter((name) => /^\w+ ?$/.test(name)),
      [],
    );
    await page.keyboard.press('Control+Home');
    await tabTo(page, /^button Skip to the table/, 'Shift+Tab');
    await page.keyboard.press('Enter');
    assert.match(await focused(page), /^grid/);
    const active = await grid(page).getAttribute('aria-activedescendant');
    assert.equal(active, 'cell-0-0');
  });
});
