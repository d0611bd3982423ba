/** Answers that take their time, and people who do not. */
import assert from 'node:assert/strict';
import { after, before, suite, test } from 'node:test';
import type { Page } from 'playwright-core';
import { cell, count, grid, rowsAre, rowsShown, saved, says } from './page-driver.ts';
import { openPages, type PageBench } from './page-bench.ts';

/** Searches as they are asked for. Their answers are held until they are let go. */
async function holding(page: Page) {
  const asked: unknown[] = [];
  const gate = Promise.withResolvers<void>();
  await page.route('**/api/views', async (route) => {
    asked.push(route.request().postDataJSON().search);
    const reply = await route.fetch();
    await gate.promise;
    await route.fulfill({ response: reply }).catch(() => undefined);
  });
  return { asked, letGo: gate.resolve };
}

/** Does something to the first element of a kind in the moment in which it is drawn, ahead of whatever the page does then. */
const atOnce = (selector: string, act: string): string => `
  new MutationObserver((_, observer) => {
    const element = document.querySelector(${JSON.stringify(selector)});
    if (!element) return;
    observer.disconnect();
    ${act}
  }).observe(document, { childList: true, subtree: true });`;

suite('the review page, when answers are slow', () => {
  let pages: PageBench;
  before(async () => {
    pages = await openPages();
  });
  after(async () => await pages.close());

  const name = { label: 'Name', key: 'name', validators: [{ validate: 'required' }] };

  test('a column that is chosen in the moment in which it is shown stays chosen', async () => {
    await using page = await pages.visit('about:blank');
    const choose = "element.value = '=name'; element.dispatchEvent(new Event('change', { bubbles: true }));";
    await page.addInitScript(atOnce('[aria-label="Field for wer"]', choose));
    await page.goto(await pages.reviewOf({ fields: [name] }, 'wer,was\nAda,x\n'));
    await page.getByText('Every required field has its column.').waitFor();
    assert.equal(await page.getByLabel('Field for wer').inputValue(), '=name');
  });

  test('a row of names that is chosen in the moment in which it is shown stays chosen', async () => {
    await using page = await pages.visit('about:blank');
    await page.addInitScript(atOnce('tr:nth-child(2) [name=header]', 'element.click();'));
    await page.goto(await pages.reviewOf({ fields: [name] }, '1,2,3\n4,5,6\nx,y,z\n,nobody,Germany\nBob,bob@example,\n'));
    await page.getByRole('button', { name: 'Continue' }).and(page.locator(':enabled')).waitFor();
    assert.ok(await page.getByRole('radio', { name: 'Row 2 names the columns' }).isChecked());
  });

  test('what is typed while a search runs stays, and each text is asked for once', async () => {
    await using page = await pages.visit(await pages.review(100));
    await rowsShown(page);
    const views = await holding(page);
    const box = page.getByRole('searchbox');
    const type = async (text: string): Promise<void> => {
      const asked = page.waitForRequest('**/api/views');
      await box.press('End');
      await box.pressSequentially(text);
      await asked;
    };
    await type('person7');
    // The page is drawn anew while it waits.
    for (let times = 0; times < 2; times += 1) await page.getByRole('button', { name: 'Problems' }).click();
    await type('7@');
    await box.pressSequentially('e');
    views.letGo();
    await rowsAre(page, 1);
    await box.press('Enter');
    await page.unrouteAll({ behavior: 'wait' });
    assert.equal(await box.inputValue(), 'person77@e');
    assert.deepEqual(views.asked, ['person7', 'person77@', 'person77@e']);
  });

  test('what is done to rows that cannot be had is said not to be done', async () => {
    await using page = await pages.visit(await pages.review(700));
    await rowsShown(page);
    await page.getByRole('button', { name: 'All rows' }).click();
    await rowsAre(page, 700);
    await page.route('**/rows?*', async (route) => await route.abort());
    await grid(page).press('Control+a');
    await grid(page).press('Control+d');
    await page.locator('.toast.is-error', { hasText: 'cannot be reached' }).waitFor();
  });

  test('a text goes to the row that it was typed for, also when other rows come meanwhile', async () => {
    await using page = await pages.visit(await pages.review(100));
    await rowsShown(page);
    const views = await holding(page);
    await page.getByRole('button', { name: 'All rows' }).click();
    await (await cell(page, 18, 'Name')).dblclick();
    await page.locator('.cell-input').fill('Typed meanwhile');
    views.letGo();
    await rowsAre(page, 100);
    await page.locator('.cell-input').waitFor({ state: 'detached' });
    await saved(page);
    await says(await cell(page, 18, 'Name'), 'Typed meanwhile');
    await says(count(page, 'Edited'), '1');
  });
});
