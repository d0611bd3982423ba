/** A lost connection, and the wishes of an import's owner: language, direction, colours and words. */
import assert from 'node:assert/strict';
import { after, before, suite, test } from 'node:test';
import { cell, count, grid, requireAccessible, rowsAre, rowsShown, saved, says, textOf } from './page-driver.ts';
import { openPages, type PageBench } from './page-bench.ts';

suite('the review page elsewhere', () => {
  let pages: PageBench;
  before(async () => {
    pages = await openPages();
  });
  after(async () => await pages.close());

  test('without a connection edits are kept, and sent once it is back', async () => {
    const url = await pages.review(60);
    await using page = await pages.visit(url);
    await rowsShown(page);
    const errors = Number(await count(page, 'With errors').innerText());
    await page.context().setOffline(true);
    const age = await cell(page, 24, 'Age');
    await age.dblclick();
    await page.keyboard.type('41');
    await page.keyboard.press('Enter');
    await page.getByText('Not connected: 1 change waits').first().waitFor();
    await (await cell(page, 18, 'E-mail')).dblclick();
    await page.keyboard.type('new@example.com');
    await page.keyboard.press('Enter');
    await page.getByText('Not connected: 2 changes wait').first().waitFor();
    assert.equal(await textOf(age), '41');
    await page.context().setOffline(false);
    await saved(page);
    await says(count(page, 'With errors'), String(errors - 2));
    assert.equal(await page.locator('.toast.is-error').count(), 0);

    await using other = await pages.visit(url);
    await rowsShown(other);
    await says(count(other, 'Edited'), '2');
  });

  test('an answer that is lost on its way does nothing twice', async () => {
    await using page = await pages.visit(await pages.review(60));
    await rowsShown(page);
    let lost = 0;
    await page.route('**/api/edits', async (route) => {
      // The server has done it; the page never hears of it.
      if (lost === 0) await route.fetch();
      lost += 1;
      await (lost === 1 ? route.abort() : route.continue());
    });
    await page.getByRole('button', { name: 'Add row' }).click();
    await page.getByText(/The connection was lost while this was done/).waitFor();
    await saved(page);
    assert.equal(lost, 1);
    await page.reload();
    await rowsShown(page);
    await says(count(page, 'All rows'), '61');
  });

  test('a text that was saved, and whose answer was lost, is saved once', async () => {
    await using page = await pages.visit(await pages.review(60));
    await rowsShown(page);
    let lost = 0;
    await page.route('**/api/edits', async (route) => {
      if (lost === 0) await route.fetch();
      lost += 1;
      await (lost === 1 ? route.abort() : route.continue());
    });
    await (await cell(page, 24, 'Age')).dblclick();
    await page.keyboard.type('41');
    await page.keyboard.press('Enter');
    await page.getByRole('button', { name: /^Undo.*, 1 step$/ }).waitFor();
    await saved(page);
    await says(count(page, 'Edited'), '1');
    assert.equal(await page.getByRole('button', { name: /^Undo.*, 1 step$/ }).count(), 1);
    assert.equal(await page.locator('.toast.is-error').count(), 0);
  });

  test('rows whose answer was lost are asked for again, whatever else is waited for', async () => {
    await using page = await pages.visit('about:blank');
    let lost = 0;
    // As behind a proxy, or on another network: what waits for news does not notice.
    await page.route('**/api/changes?*', () => {});
    await page.route('**/rows?*', async (route) => await ((lost += 1) === 1 ? route.abort() : route.continue()));
    await page.goto(await pages.review(60));
    await rowsShown(page);
    await page.getByText('All changes saved').waitFor();
    await page.unrouteAll({ behavior: 'ignoreErrors' });
  });

  test('other filters while the connection is lost come once it is back', async () => {
    await using page = await pages.visit(await pages.review(60));
    await rowsShown(page);
    await page.context().setOffline(true);
    await page.getByRole('button', { name: 'All rows' }).click();
    await page.getByText('Reconnecting…').first().waitFor();
    await page.context().setOffline(false);
    await rowsAre(page, 60);
    await page.getByText('All changes saved').waitFor();
  });

  test('a page that could not be opened opens by itself, and hears of others from then on', async () => {
    const url = await pages.review(60);
    await using page = await pages.visit(url);
    await page.route('**/api/**', async (route) => await route.abort());
    await page.reload();
    await page.getByRole('heading', { name: 'The server cannot be reached' }).waitFor();
    const asked = page.waitForRequest('**/api/state');
    await page.getByRole('button', { name: 'Try again' }).click();
    await asked;
    await page.unroute('**/api/**');
    await rowsShown(page);
    await using other = await pages.visit(url);
    await rowsShown(other);
    await (await cell(other, 18, 'E-mail')).dblclick();
    await other.keyboard.type('other@example.com');
    await other.keyboard.press('Enter');
    await says(await cell(page, 18, 'E-mail'), 'other@example.com');
  });

  test('in German, with the texts that the owner has put in place of ours', async () => {
    const settings = { locale: 'de', textOverrides: { ui: { BULK_FIX_SUBTITLE: 'Bitte <b>zuordnen</b>.' } } };
    await using page = await pages.visit(await pages.review(60, settings));
    await page.getByRole('button', { name: 'Werte', exact: true }).click();
    await page.getByText('Bitte zuordnen.').waitFor();
    await page.getByRole('button', { name: 'Zeilen', exact: true }).click();
    await page.getByRole('button', { name: /Mit Fehlern/ }).waitFor();
    assert.equal(await page.locator('html').getAttribute('lang'), 'de');
    // Words of other languages did not come.
    const parts = String(
      await page.evaluate('performance.getEntriesByType("resource").map(({ name }) => name.split("/").pop()).join(" ")'),
    );
    assert.deepEqual(
      parts.match(/\b[a-z]{2}(?:-[a-z]{2})?-[\w-]{8}\.js/g)?.map((name) => name.slice(0, 2)),
      ['de'],
    );
    await requireAccessible(page, 'in German');
  });

  for (const width of [1280, 390]) {
    test(`from right to left, ${width} pixels wide`, async () => {
      await using page = await pages.visit(await pages.review(60, { locale: 'ar' }), { width });
      await page.getByRole('button', { name: 'الصفوف', exact: true }).click();
      await page.locator('.grid-cell:not(:has(.grid-waiting))').first().waitFor();
      assert.equal(await page.locator('html').getAttribute('dir'), 'rtl');
      const [first, second] = [page.locator('#cell-0-0'), page.locator('#cell-0-1')];
      assert.ok(((await first.boundingBox())?.x ?? 0) > ((await second.boundingBox())?.x ?? 0));
      await grid(page).focus();
      await page.keyboard.press('Control+Home');
      // The arrow points to the next column.
      await page.keyboard.press('ArrowLeft');
      await second.and(page.locator('.is-active')).waitFor();
      await page.keyboard.press('Control+ArrowLeft');
      await page.locator('#cell-0-10.is-active').waitFor();
      await page.keyboard.press('F2');
      await page.keyboard.press('Escape');
      await requireAccessible(page, 'from right to left');
      const wide = Number(await page.evaluate('document.documentElement.scrollWidth'));
      assert.ok(wide <= width, `${wide} pixels`);
    });
  }

  for (const [locale, lang, rows] of [
    ['fi', 'fi', 'Rivit'],
    ['zh_TW', 'zh-tw', '列'],
  ] as const) {
    test(`on a telephone, ${lang}`, async () => {
      await using page = await pages.visit(await pages.review(60, { locale }), { width: 390 });
      await page.getByRole('button', { name: rows, exact: true }).click();
      await page.locator('.grid-cell:not(:has(.grid-waiting))').first().waitFor();
      assert.equal(await page.locator('html').getAttribute('lang'), lang);
      assert.equal(await page.evaluate('document.documentElement.scrollWidth'), 390);
      await requireAccessible(page, lang);
    });
  }

  test('in the colours of the owner, which can be read', async () => {
    const styleOverrides = {
      global: { backgroundColor: '#fff8e7', textColor: 'saddlebrown', borderRadius: '0px', customFontFamily: 'Georgia, serif' },
      primaryButton: { backgroundColor: 'gold', textColor: 'white' },
      secondaryButton: { backgroundColor: 'url(https://example.com/x.png)' },
    };
    await using page = await pages.visit(await pages.review(60, { styleOverrides }), { theme: 'dark' });
    await rowsShown(page);
    const style = async (of: string, property: string): Promise<string> =>
      String(await page.evaluate(`getComputedStyle(document.querySelector('${of}')).${property}`));
    assert.equal(await style('body', 'backgroundColor'), 'rgb(255, 248, 231)');
    // The button itself is pale as long as rows have errors.
    assert.match(await style('.button.is-main', "getPropertyValue('--main-back')"), /^(gold|#ffd700|rgb\(255, 215, 0\))$/);
    assert.match(await style('body', 'fontFamily'), /^Georgia/);
    assert.equal(await style('.button.is-main', 'borderRadius'), '0px');
    assert.equal(await page.getByRole('button', { name: 'Use light colours' }).count(), 0);
    await requireAccessible(page, 'in other colours');
  });

  test('by finger: a tap chooses, a second one edits', async () => {
    await using page = await pages.visit(await pages.review(60), { width: 390, hasTouch: true });
    await rowsShown(page);
    const name = page.locator('#cell-1-0');
    await name.tap();
    await name.and(page.locator('.is-active')).waitFor();
    assert.equal(await page.locator('.cell-input').count(), 0);
    await name.tap();
    await page.locator('.cell-input').fill('By finger');
    await page.locator('#cell-2-0').tap();
    await saved(page);
    await says(name, 'By finger');
    await page.getByRole('button', { name: 'Next error (Alt+↓)' }).tap();
    await page.getByText(/^\d+ of \d+$/).waitFor();
    await page.getByRole('button', { name: 'Edit', exact: true }).tap();
    await page.locator('.cell-input').waitFor();
  });
});
