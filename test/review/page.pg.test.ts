/** The review page in a real browser, through the real server: opened, worked on by mouse and by keys, and finished. */
import assert from 'node:assert/strict';
import { after, before, suite, test } from 'node:test';
import type { Browser, Page } from 'playwright-core';
import { open as openBench, type Bench } from '../../src/api/dialects/dromo/harness.ts';
import { startChromium } from '../support/chromium.ts';
import {
  cell,
  count,
  fromClipboard,
  grid,
  requireAccessible,
  rowsShown,
  saved,
  says,
  textOf,
  toClipboard,
} from './page-driver.ts';
import { fields, sample } from './sample.ts';

// Does nothing where the page is newer than its sources.
await import(new URL('../../web/build.js', import.meta.url).href);

suite('the review page', () => {
  let bench: Bench;
  let browser: Browser;
  before(async () => {
    [bench, browser] = await Promise.all([openBench(), startChromium()]);
  });
  after(async () => {
    await browser.close();
    await bench.close();
  });

  async function review(rows: number, behavior = 'BLOCK_SUBMIT'): Promise<string> {
    const settings = { importIdentifier: 'people', title: 'Add people', invalidDataBehavior: behavior };
    const made = await bench.imported({ fields, settings, original_filename: 'people.csv' }, [...sample(rows)].join(''));
    assert.equal(made['status'], 'NEEDS_REVIEW');
    return String(made['review_url']);
  }

  async function visit(url: string, theme: 'light' | 'dark' = 'light', width = 1280): Promise<Page & AsyncDisposable> {
    const permissions = ['clipboard-read', 'clipboard-write'];
    const context = await browser.newContext({ colorScheme: theme, viewport: { width, height: 800 }, permissions });
    const page = await context.newPage();
    page.setDefaultTimeout(30_000);
    const wrong: string[] = [];
    page.on('pageerror', ({ message }) => wrong.push(message));
    page.on('console', (message) => /Content.Security.Policy/i.test(message.text()) && wrong.push(message.text()));
    await page.goto(url);
    const close = async () => {
      await context.close();
      assert.deepEqual(wrong, [], 'what the browser complained about');
    };
    return Object.assign(page, { [Symbol.asyncDispose]: close });
  }

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
    await says(count(page, 'All rows'), '700');
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

  test('a large file is scrolled to its end, by the bar and by a key', async () => {
    await using page = await visit(await review(100_000));
    await rowsShown(page);
    await page.getByRole('button', { name: 'All rows' }).click();
    await page.locator('[role=grid][aria-rowcount="100001"]').waitFor();
    await page.locator('.grid-body').hover();
    await page.mouse.wheel(0, 10_000_000);
    await says(await cell(page, 100_001, 'E-mail'), 'same@example.com');
    await grid(page).focus();
    await page.keyboard.press('Control+Home');
    await says(await cell(page, 2, 'Name'), 'Person 0');
    await page.keyboard.press('Control+End');
    await says(await cell(page, 100_001, 'E-mail'), 'same@example.com');
    const drawn = await page.locator('.grid-row').count();
    assert.ok(drawn < 80, `${drawn} rows are drawn`);
  });

  for (const theme of ['light', 'dark'] as const) {
    test(`accessible: rows, panels and dialogs, ${theme}`, async () => {
      await using page = await visit(await review(60), theme, theme === 'light' ? 1280 : 390);
      await rowsShown(page);
      await requireAccessible(page, 'rows');
      await grid(page).focus();
      await page.keyboard.press('Alt+ArrowDown');
      await page.getByText(/^1 of \d+$/).waitFor();
      await page.keyboard.press('F2');
      await page.locator('.cell-input').waitFor();
      await requireAccessible(page, 'an editor');
      await page.keyboard.press('Escape');
      await page.keyboard.press('Control+h');
      await page.getByRole('heading', { name: 'Find and replace' }).waitFor();
      await requireAccessible(page, 'find and replace');
      await page.keyboard.press('Escape');
      await grid(page).focus();
      await page.keyboard.press('F1');
      await page.getByRole('dialog').waitFor();
      await requireAccessible(page, 'the list of keys');
    });
  }

  test('a link that opens nothing says so', async () => {
    const url = new URL(await review(60));
    url.searchParams.set('token', 'f'.repeat(64));
    await using page = await visit(url.href);
    await page.getByRole('heading', { name: 'This link does not open a review' }).waitFor();
    await requireAccessible(page, 'a wrong link');
  });
});
