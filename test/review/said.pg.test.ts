/** What the page says in the words of others: their emphasis and links are drawn, and nothing of theirs runs. */
import assert from 'node:assert/strict';
import { after, before, suite, test } from 'node:test';
import { cell, grid, requireAccessible, rowsAre, rowsShown } from './page-driver.ts';
import { openPages, type PageBench } from './page-bench.ts';

const rowHook = (message: string): string =>
  `({ row }) => row.name.value === 'x' ? { row: { name: { info: [{ level: 'error', message: ${JSON.stringify(message)} }] } } } : undefined`;

suite('what the review page says', () => {
  let pages: PageBench;
  before(async () => {
    pages = await openPages();
  });
  after(async () => await pages.close());

  for (const [theme, width] of [
    ['light', 1280],
    ['dark', 390],
  ] as const) {
    test(`basic markup in messages and help texts, ${theme} at ${width}`, async () => {
      const message =
        'Write <b>all</b> of it,<br>see <a href="https://example.com/names">the rules</a><script>alert(1)</script> <img src=x onerror=alert(1)><a href="javascript:alert(1)">or not</a>';
      const helpText = 'Please <em>look</em> at <a href="mailto:help@example.com" onclick="alert(1)">each row</a>.';
      const link = await pages.reviewOf(
        {
          fields: [{ label: 'Name', key: 'name', description: 'As in <i>passports</i>' }],
          settings: { importIdentifier: 'people', invalidDataBehavior: 'BLOCK_SUBMIT', reviewStep: { helpText } },
          hooks: { rowHooks: [rowHook(message)] },
        },
        'Name\nx\nAda\n',
      );
      await using page = await pages.visit(link, { theme, width });
      await rowsShown(page);
      const help = page.locator('.bench-help');
      assert.equal(await help.innerText(), 'Please look at each row.');
      const writes = help.getByRole('link', { name: 'each row' });
      assert.equal(await writes.getAttribute('href'), 'mailto:help@example.com');
      assert.equal(await writes.getAttribute('onclick'), null);

      await (await cell(page, 2, 'Name')).click();
      const said = page.locator('.messages li').first();
      await said.getByText('the rules').waitFor();
      assert.match(await said.innerText(), /^Write all of it,\nsee the rules or not/);
      assert.equal(await said.locator('b').innerText(), 'all');
      const rules = said.getByRole('link');
      assert.equal(await rules.count(), 1);
      assert.deepEqual(await Promise.all(['href', 'target', 'rel'].map(async (name) => await rules.getAttribute(name))), [
        'https://example.com/names',
        '_blank',
        'noopener noreferrer',
      ]);
      assert.equal(await page.locator('main script, main img').count(), 0);
      assert.match(
        (await (await cell(page, 2, 'Name')).getAttribute('title')) ?? '',
        /^Error: Write all of it, see the rules or not$/,
      );
      await requireAccessible(page, 'markup of others');
      await page.getByRole('button', { name: 'Problems' }).click();
      await page.getByRole('button', { name: /Name Write all of it,\s*see the rules or not/ }).waitFor();
      await requireAccessible(page, 'markup among problems');
      await page.getByRole('button', { name: 'Close' }).click();
      await page.getByRole('button', { name: 'All rows' }).click();
      await rowsAre(page, 2);
      await grid(page).press('Control+End');
      await page.locator('.messages i').getByText('passports').waitFor();
    });
  }

  test('the end is told in the language of the page', async () => {
    const own = [
      { label: 'Name', key: 'name', validators: [{ validate: 'required' }] },
      { label: 'Age', key: 'age', type: 'number' },
    ];
    const including = { importIdentifier: 'people', locale: 'de', invalidDataBehavior: 'INCLUDE_INVALID_ROWS' };
    const hooks = { beforeFinishCallback: '() => ({ cancel: true, message: "Noch einmal" })' };
    await using page = await pages.visit(await pages.reviewOf({ fields: own, settings: including, hooks }, 'Name,Age\nA,x\n'));
    await page.locator('.grid-cell').first().waitFor();
    await page.getByRole('button', { name: 'Abschließen' }).filter({ visible: true }).click();
    const dialog = page.getByRole('dialog', { name: 'Diesen Import abschließen?' });
    await dialog.getByText('Was nicht verstanden wurde, wird leer.').waitFor();
    assert.doesNotMatch(await dialog.innerText(), /delivered|errors|row/);
    await requireAccessible(page, 'the end in German');

    const empty = {
      importIdentifier: 'people',
      locale: 'de',
      invalidDataBehavior: 'REMOVE_INVALID_ROWS',
      allowEmptySubmit: false,
    };
    await using none = await pages.visit(await pages.reviewOf({ fields: own, settings: empty }, 'Name,Age\nA,x\n'));
    await none.locator('.foot').getByText('Keine Zeile würde gesendet: Verbessern Sie zuerst Zeilen').waitFor();
  });

  for (const [theme, width] of [
    ['light', 1280],
    ['dark', 390],
  ] as const) {
    test(`where rows stand in the way of the end, its button says so and leads to them, ${theme} at ${width}`, async () => {
      await using page = await pages.visit(await pages.review(60), { theme, width });
      await rowsShown(page);
      const button = page.getByRole('button', { name: 'Finish' }).filter({ visible: true });
      assert.equal(await button.getAttribute('aria-disabled'), 'true');
      const why = '14 rows with errors must be mended or removed before this import can be finished.';
      assert.equal(await button.getAttribute('title'), why);
      const reason = await button.getAttribute('aria-describedby');
      assert.equal(await page.locator(`#${String(reason)}`).innerText(), why);
      await requireAccessible(page, 'rows that stand in the way');
      await page.getByRole('button', { name: 'All rows' }).click();
      await rowsAre(page, 60);
      await button.focus();
      await page.keyboard.press('Enter');
      await page.locator('.toast').getByText(why).waitFor();
      await rowsAre(page, 14);
      await page.getByText(/^Error 1 of \d+, E-mail: /).waitFor({ state: 'attached' });
      assert.match(await page.locator('.is-active').innerText(), /person16 at example.com/);
      assert.equal(await page.getByRole('dialog').count(), 0);
    });
  }
});
