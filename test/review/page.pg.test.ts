/** The review page in a real browser, through the real server: opened, worked on by mouse and by keys, and finished. */
import assert from 'node:assert/strict';
import { after, before, suite, test } from 'node:test';
import {
  cell,
  count,
  fromClipboard,
  grid,
  requireAccessible,
  rowsAre,
  rowsShown,
  saved,
  says,
  textOf,
  toClipboard,
} from './page-driver.ts';
import { openPages, type PageBench } from './page-bench.ts';
import { fields } from './sample.ts';

suite('the review page', () => {
  let pages: PageBench;
  before(async () => {
    pages = await openPages();
  });
  after(async () => await pages.close());
  const review = async (rows: number): Promise<string> => await pages.review(rows);
  const visit: PageBench['visit'] = async (url, how) => await pages.visit(url, how);

  test('opens at what is wrong; an edit is judged at once, and undone after a reload', async () => {
    await using page = await visit(await review(200));
    await rowsShown(page);
    const errors = Number(await count(page, 'With errors').innerText());
    assert.ok(errors > 0);
    assert.equal(await grid(page).getAttribute('aria-rowcount'), String(errors + 1));

    const age = await cell(page, 24, 'Age');
    assert.equal(await textOf(age), 'unknown');
    await age.dblclick();
    await page.keyboard.type('41');
    await page.keyboard.press('Enter');
    await says(count(page, 'With errors'), String(errors - 1));
    // A row that is mended stays where it is until the filter is asked anew.
    assert.equal(await textOf(age), '41');
    await saved(page);

    await page.reload();
    await rowsShown(page);
    await page.getByRole('button', { name: /^Undo/ }).click();
    await says(count(page, 'With errors'), String(errors));
    await page.getByRole('button', { name: /^Redo/ }).click();
    await says(count(page, 'With errors'), String(errors - 1));
  });

  test('by keys alone: to the next error, typed over, filled down, copied and pasted', async () => {
    await using page = await visit(await review(120));
    await rowsShown(page);
    await grid(page).focus();
    await page.keyboard.press('Alt+ArrowDown');
    await page.getByText(/^1 of \d+$/).waitFor();
    const active = page.locator('.is-active');
    assert.equal(await textOf(active), 'person16 at example.com');
    assert.match(await active.innerText(), /Error: This is not an email address/);

    await page.keyboard.type('first@example.com');
    await page.keyboard.press('Tab');
    await saved(page);
    assert.equal(await textOf(await cell(page, 18, 'E-mail')), 'first@example.com');

    await page.keyboard.press('Escape');
    await page.keyboard.press('Control+Home');
    await page.keyboard.press('Shift+ArrowDown');
    await page.keyboard.press('Shift+ArrowDown');
    await page.keyboard.press('Control+d');
    await saved(page);
    assert.equal(await textOf(await cell(page, 24, 'Name')), await textOf(await cell(page, 18, 'Name')));

    await page.keyboard.press('Control+c');
    assert.equal(await fromClipboard(page), 'Person 16\nPerson 16\nPerson 16');
    await toClipboard(page, 'Ada\tada@example.com\r\n"Grace\tH."\tgrace@example.com\r\n');
    await page.keyboard.press('Control+v');
    await page.getByText('4 cells pasted.').waitFor();
    assert.equal(await textOf(await cell(page, 20, 'Name')), 'Grace\tH.');
    await page.keyboard.press('Control+z');
    await says(await cell(page, 20, 'Name'), 'Person 16');

    await page.keyboard.press('F6');
    assert.equal(await page.evaluate('document.activeElement.getAttribute("type")'), 'search');
  });

  test('a paste of 1,000 cells is one edit and one undo', async () => {
    await using page = await visit(await review(700));
    await rowsShown(page);
    await page.getByRole('button', { name: 'All rows' }).click();
    await rowsAre(page, 700);
    const rows = Array.from({ length: 500 }, (_, at) => `New ${at}\tnew${at}@example.com`);
    await toClipboard(page, rows.join('\n'));
    await grid(page).focus();
    await page.keyboard.press('Control+Home');
    await page.keyboard.press('Control+v');
    await page.getByText('1,000 cells pasted.').waitFor();
    await says(count(page, 'Edited'), '500');
    assert.equal(await textOf(await cell(page, 2, 'Name')), 'New 0');
    await page.keyboard.press('Control+z');
    await says(count(page, 'Edited'), '0');
    await says(await cell(page, 2, 'Name'), 'Person 0');
  });

  test('markup and formulas from files are text, and options are searched', async () => {
    await using page = await visit(await review(60));
    await rowsShown(page);
    const name = await cell(page, 18, 'Name');
    await name.dblclick();
    await page.keyboard.type('<img src=x onerror=alert(1)>');
    await page.keyboard.press('Enter');
    await saved(page);
    assert.equal(await textOf(name), '<img src=x onerror=alert(1)>');
    assert.equal(await page.locator('.grid img').count(), 0);

    const country = await cell(page, 20, 'Country');
    await country.dblclick();
    await page.keyboard.type('spa');
    await page.getByRole('option', { name: 'Spain' }).waitFor();
    await page.keyboard.press('Enter');
    await says(country, 'Spain');
    await country.and(page.locator(':not(.is-error)')).waitFor();
  });

  test('a file of a million rows is scrolled to its end, by the wheel and by a key', async () => {
    const lines = Array.from({ length: 1_000_000 }, (_, at) => `${at % 1000 === 7 ? '' : `Person ${at}`},${at}`);
    const settings = { importIdentifier: 'people', invalidDataBehavior: 'BLOCK_SUBMIT' };
    const two = fields.filter(({ key }) => key === 'name' || key === 'id');
    const made = await pages.server.imported({ fields: two, settings }, `Name,Id\n${lines.join('\n')}\n`);
    await using page = await visit(String(made['review_url']));
    // The server makes its rows from the file first.
    await rowsShown(page, 180_000);
    await page.getByRole('button', { name: 'All rows' }).click();
    await rowsAre(page, 1_000_000);
    await page.locator('.grid-body').hover();
    await page.mouse.wheel(0, 100_000_000);
    await says(await cell(page, 1_000_001, 'Name'), 'Person 999999');
    await grid(page).focus();
    await page.keyboard.press('Control+Home');
    await says(await cell(page, 2, 'Name'), 'Person 0');
    await page.keyboard.press('Control+ArrowDown');
    await says(await cell(page, 1_000_001, 'Name'), 'Person 999999');
    const drawn = await page.locator('.grid-row').count();
    assert.ok(drawn < 80, `${drawn} rows are drawn`);
  });

  test('two people: each sees what the other does, and neither loses a text to the other', async () => {
    const url = await review(60);
    await using ada = await visit(url);
    await using bob = await visit(url);
    await Promise.all([rowsShown(ada), rowsShown(bob)]);

    await (await cell(ada, 18, 'E-mail')).dblclick();
    await ada.keyboard.type('ada@example.com');
    await ada.keyboard.press('Enter');
    await says(await cell(bob, 18, 'E-mail'), 'ada@example.com');

    // Both have the same cell open.
    await (await cell(bob, 24, 'Age')).dblclick();
    await bob.locator('.cell-input').waitFor();
    await (await cell(ada, 24, 'Age')).dblclick();
    await ada.keyboard.type('30');
    await ada.keyboard.press('Enter');
    await saved(ada);
    await bob.keyboard.type('50');
    await bob.keyboard.press('Enter');
    const dialog = bob.getByRole('dialog', { name: 'Somebody else was faster' });
    await dialog.waitFor();
    assert.match(await dialog.innerText(), /30\s+50/);
    await requireAccessible(bob, 'two texts for one cell');
    await dialog.getByRole('button', { name: 'Use mine' }).click();
    await says(await cell(ada, 24, 'Age'), '50');
  });

  test('rows are removed and brought back, added, and found', async () => {
    await using page = await visit(await review(120));
    await rowsShown(page);
    await (await cell(page, 18, 'Name')).click();
    await page.keyboard.press('Shift+ArrowDown');
    await page.keyboard.press('Control+Delete');
    await page.getByText('2 rows removed.').waitFor();
    await says(count(page, 'Removed'), '2');
    await page.keyboard.press('Control+Delete');
    await page.getByText('2 rows restored.').waitFor();
    await says(count(page, 'Removed'), '0');

    await page.getByRole('button', { name: 'Add row' }).click();
    await page.getByText('A row was added at the end.').waitFor();
    await says(count(page, 'All rows'), '121');

    await grid(page).press('Control+f');
    await page.keyboard.type('person77@');
    await page.keyboard.press('Enter');
    await rowsAre(page, 1);
    assert.equal(await textOf(await cell(page, 79, 'E-mail')), 'person77@example.com');
  });

  test('find and replace counts before it changes anything', async () => {
    await using page = await visit(await review(120));
    await rowsShown(page);
    await grid(page).press('Control+h');
    await page.getByLabel('Find', { exact: true }).fill(' at ');
    await page.getByLabel('Replace by').fill('@');
    await page.getByText('7 cells would change.').waitFor();
    await page.getByRole('button', { name: 'Replace in 7 cells' }).click();
    await page.getByText('Replaced in 7 cells.').waitFor();
    await says(await cell(page, 18, 'E-mail'), 'person16@example.com');
    await page.locator('.toast').getByRole('button', { name: 'Undo' }).click();
    await says(await cell(page, 18, 'E-mail'), 'person16 at example.com');
    // Of the rows on show: others are counted anew.
    await page.getByLabel('Find', { exact: true }).fill('Person ');
    await page.getByText(/^\d\d cells would change/).waitFor();
    await page.getByRole('button', { name: 'All rows' }).click();
    await page.getByText('118 cells would change.').waitFor();
  });

  test('problems that are alike are mended at once', async () => {
    await using page = await visit(await review(120));
    await rowsShown(page);
    await page.getByRole('button', { name: 'Problems' }).click();
    await page.getByRole('button', { name: /Age This is not a number/ }).click();
    await requireAccessible(page, 'problems');
    await page.getByLabel('Replace “unknown” by').fill('40');
    await page.getByRole('button', { name: 'Replace', exact: true }).click();
    await page.getByText('5 cells changed.').waitFor();
    await says(await cell(page, 24, 'Age'), '40');
  });

  for (const [name, theme] of [
    ['by mouse', 'light'],
    ['by keys alone', 'dark'],
  ] as const) {
    test(`from the first question to the end, ${name}`, async () => {
      const settings = {
        importIdentifier: 'people',
        title: 'Add people',
        invalidDataBehavior: 'REMOVE_INVALID_ROWS',
        allowEmptySubmit: false,
      };
      const text = '1,2,3\n4,5,6\nx,y,z\n,nobody,Germany\nBob,bob@example.com,\n';
      const made = await pages.server.imported(
        { fields: fields.filter(({ key }) => ['name', 'email', 'country'].includes(key)), settings },
        text,
      );
      await using page = await visit(String(made['review_url']), { theme });
      const keys = name !== 'by mouse';
      /** Chosen by a click, or by a key on what has the focus. */
      const go = async (label: string | RegExp) => {
        const button = page.getByRole('button', { name: label });
        if (keys) await button.focus();
        await (keys ? page.keyboard.press('Enter') : button.click());
      };
      await page.getByRole('heading', { name: 'Which row names the columns?' }).waitFor();
      await requireAccessible(page, 'the row of names');
      const third = page.getByRole('radio', { name: 'Row 3 names the columns' });
      await (keys ? third.focus() : third.click());
      if (keys) await page.keyboard.press('Space');
      await go('Continue');

      await page.getByRole('heading', { name: 'Which column is what?' }).waitFor();
      await page.getByLabel('Field for x').selectOption({ label: 'Name (required)' });
      await page.getByLabel('Field for y').selectOption({ label: 'E-mail' });
      await page.getByLabel('Field for z').selectOption({ label: 'Country' });
      await requireAccessible(page, 'matching');
      await go('Continue');

      await rowsShown(page);
      await page.getByText('1 row will be sent, 1 row with errors will be dropped.').waitFor();
      await go('Finish');
      const dialog = page.getByRole('dialog', { name: 'Finish this import?' });
      await dialog.waitFor();
      await requireAccessible(page, 'the end');
      await go('Send 1 row');
      await page.getByRole('heading', { name: 'The import is complete' }).waitFor();
      await requireAccessible(page, 'done');
      assert.deepEqual(await pages.server.rowsOf(made['id']), [{ name: 'Bob', email: 'bob@example.com', country: null }]);
    });
  }

  test('a link that opens nothing says so', async () => {
    const url = new URL(await review(60));
    url.searchParams.set('token', 'f'.repeat(64));
    await using page = await visit(url.href);
    await page.getByRole('heading', { name: 'This link does not open a review' }).waitFor();
    await requireAccessible(page, 'a wrong link');
  });

  test('a column becomes a field of its own; where that is wished, it is proposed', async () => {
    const own = [{ label: 'Name', key: 'name', validators: [{ validate: 'required' }] }];
    const match = async (first: boolean): Promise<void> => {
      const settings = { allowCustomFields: true, matchingStep: { suggestCustomFirst: first } };
      await using page = await pages.visit(await pages.reviewOf({ fields: own, settings }, 'wer,Firma\nAda,Acme\n'));
      await page.getByLabel('Field for wer').selectOption({ label: 'Name (required)' });
      const choice = page.getByLabel('Field for Firma');
      const names = await choice.getByRole('option').allInnerTexts();
      const added = 'New field: Firma';
      assert.deepEqual(names, first ? [added, 'Leave out', 'Name (required)'] : ['Leave out', 'Name (required)', added]);
      if (first) await choice.and(page.locator(':has(option:checked:text("New field: Firma"))')).waitFor();
      else await choice.selectOption({ label: added });
      await requireAccessible(page, 'matching with fields of their own');
      await page.getByRole('button', { name: 'Continue' }).click();
      await rowsShown(page);
      assert.equal(await textOf(await cell(page, 2, 'Firma')), 'Acme');
      // Back there, it is what it was made.
      await page.getByRole('button', { name: 'Columns', exact: true }).first().click();
      await choice.and(page.locator(':has(option:checked:text("New field: Firma"))')).waitFor();
    };
    await match(false);
    await match(true);
  });

  test('columns are chosen for fields, where the import asks for that', async () => {
    const own = [
      { label: 'Name', key: 'name', validators: [{ validate: 'required' }] },
      { label: 'Tags', key: 'tags', manyToOne: true },
    ];
    const settings = { matchingStep: { matchToSchema: true } };
    await using page = await pages.visit(await pages.reviewOf({ fields: own, settings }, 'wer,eins,zwei\nAda,a,b\n'));
    const [name, tags] = ['Name (required)', 'Tags'].map((field) =>
      page.getByRole('combobox', { name: `Column of the file ${field}` }),
    );
    assert.ok(name && tags);
    await name.selectOption({ label: 'wer' });
    await tags.selectOption({ label: 'eins' });
    await tags.last().selectOption({ label: 'zwei' });
    // Those without a field stand below, and can still be given one.
    await page.getByLabel('Field for wer').waitFor({ state: 'detached' });
    await tags.first().selectOption({ label: '–' });
    await page.getByLabel('Field for eins').selectOption({ label: 'Tags' });
    await requireAccessible(page, 'matching by field');
    await page.getByRole('button', { name: 'Continue' }).click();
    await rowsShown(page);
    assert.equal(await textOf(await cell(page, 2, 'Tags')), 'a');
    assert.equal(await textOf(await cell(page, 2, 'Tags (2)')), 'b');
  });
});
