/** Every screen of the review page, light and dark, on a desk and on a telephone: axe finds nothing wrong, and nothing is wider than the screen. */
import assert from 'node:assert/strict';
import { after, before, suite, test } from 'node:test';
import type { Page } from 'playwright-core';
import { workbook } from '../support/archives.ts';
import { grid, requireAccessible, requireContrast, rowsShown } from './page-driver.ts';
import { openPages, type PageBench } from './page-bench.ts';
import { fields } from './sample.ts';

const some = fields.filter(({ key }) => ['name', 'email', 'country'].includes(key));
const settings = {
  importIdentifier: 'people',
  title: 'Add people',
  invalidDataBehavior: 'REMOVE_INVALID_ROWS',
  allowEmptySubmit: false,
};

suite('accessible', () => {
  let pages: PageBench;
  /** Screen → the address that opens it. */
  let links: Record<'processing' | 'failed' | 'sheet' | 'header' | 'match' | 'values' | 'rows' | 'ending' | 'wrong', string>;
  before(async () => {
    pages = await openPages();
    const { server } = pages;
    const waiting = await server.ask('POST', '/api/v1/headless/imports/', {
      fields: some,
      settings,
      original_filename: 'in.csv',
    });
    const empty = await server.ask('POST', '/api/v1/headless/imports/', { fields: some, settings, original_filename: 'in.csv' });
    const { id, upload, review_url: failed } = empty.body as Record<string, string>; // texts, all of them
    await fetch(String(upload), { method: 'PUT', body: '\n\n' });
    assert.equal((await server.settled(id))['status'], 'FAILED');
    const rows = await pages.review(60);
    const wrong = new URL(rows);
    wrong.searchParams.set('token', 'f'.repeat(64));
    const sheets = { Customers: [['Name'], ['Ada']], Others: [['Name'], ['Bob']] };
    const book = new Uint8Array(workbook({ sheets }));
    links = {
      processing: String((waiting.body as { review_url: unknown }).review_url), // it has one from the beginning
      failed: String(failed),
      sheet: await pages.reviewOf({ fields: some, settings, original_filename: 'book.xlsx' }, book),
      header: await pages.reviewOf({ fields: some, settings }, '1,2,3\n4,5,6\nx,y,z\n,nobody,Germany\nBob,bob@example.com,\n'),
      match: await pages.reviewOf({ fields: some, settings }, 'wer,wo,was\nAda,ada@example.com,Germany\n'),
      values: await pages.review(60, { matchValuesStep: {} }),
      rows,
      ending: await pages.reviewOf(
        { fields: some, settings, hooks: { beforeFinishCallback: '() => ({ cancel: true, message: "Look at it once more" })' } },
        'Name,E-mail,Country\nAda,nobody,Germany\nBob,bob@example.com,Spain\n',
      ),
      wrong: wrong.href,
    };
  });
  after(async () => await pages.close());

  const colours = async (page: Page): Promise<string> =>
    String(await page.evaluate('getComputedStyle(document.body).backgroundColor + getComputedStyle(document.body).color'));
  const heading = async (page: Page, name: string): Promise<void> => await page.getByRole('heading', { name }).waitFor();

  /** Opens a screen, waits for what it shows, and looks. */
  const screens: Readonly<Record<string, readonly [link: () => string, shown: (page: Page) => Promise<void>]>> = {
    'reading the file': [() => links.processing, async (page) => await heading(page, 'Reading your file')],
    'which sheet': [() => links.sheet, async (page) => await heading(page, 'Which sheet holds the rows?')],
    'which row has the names': [
      () => links.header,
      async (page) => await page.getByRole('radio', { name: 'Row 3 names the columns' }).waitFor(),
    ],
    'which column is what': [() => links.match, async (page) => await page.getByLabel('Field for wo').waitFor()],
    'what values mean': [
      () => links.values,
      async (page) => await page.getByLabel('Option for Grmny?', { exact: true }).waitFor(),
    ],
    rows: [() => links.rows, rowsShown],
    'an editor': [
      () => links.rows,
      async (page) => {
        await rowsShown(page);
        await grid(page).press('Alt+ArrowDown');
        await page.getByText(/^1 of \d+$/).waitFor();
        await page.keyboard.press('F2');
        await page.locator('.cell-input').waitFor();
      },
    ],
    'a list of options': [
      () => links.rows,
      async (page) => {
        await rowsShown(page);
        await page.getByLabel('Column', { exact: true }).selectOption('Country');
        await grid(page).press('Alt+ArrowDown');
        await page.getByText(/^1 of \d+$/).waitFor();
        await page.keyboard.press('F2');
        await page.getByRole('option', { name: 'Spain' }).waitFor();
      },
    ],
    'find and replace': [
      () => links.rows,
      async (page) => {
        await rowsShown(page);
        await grid(page).press('Control+h');
        await page.getByLabel('Find', { exact: true }).fill(' at ');
        await page.getByText(/cells would change/).waitFor();
      },
    ],
    problems: [
      () => links.rows,
      async (page) => {
        await rowsShown(page);
        await page.getByRole('button', { name: 'Problems' }).click();
        await page
          .getByRole('button', { name: /This is not a number/ })
          .first()
          .click();
        await page.getByRole('button', { name: 'Show these rows' }).waitFor();
      },
    ],
    'columns and rows': [
      () => links.rows,
      async (page) => {
        await rowsShown(page);
        await page.getByRole('button', { name: 'Columns' }).last().click();
        await page.getByLabel('Show E-mail').waitFor();
      },
    ],
    'the list of keys': [
      () => links.rows,
      async (page) => {
        await rowsShown(page);
        await grid(page).press('F1');
        await heading(page, 'Keys');
      },
    ],
    'go to a row': [
      () => links.rows,
      async (page) => {
        await rowsShown(page);
        await grid(page).press('Control+g');
        await heading(page, 'Go to a row');
      },
    ],
    'the summary before the end': [
      () => links.ending,
      async (page) => {
        await rowsShown(page);
        await page.getByRole('button', { name: 'Finish' }).filter({ visible: true }).first().click();
        await heading(page, 'Finish this import?');
      },
    ],
    'no rows': [
      () => links.rows,
      async (page) => {
        await rowsShown(page);
        await page.getByRole('button', { name: 'Removed' }).click();
        await page.getByText('No row has been removed.').waitFor();
      },
    ],
    failed: [() => links.failed, async (page) => await heading(page, 'This file cannot be imported')],
    'a link that opens nothing': [() => links.wrong, async (page) => await heading(page, 'This link does not open a review')],
    'no server': [
      () => links.rows,
      async (page) => {
        await page.route('**/api/**', async (route) => await route.abort());
        await page.reload();
        await heading(page, 'The server cannot be reached');
      },
    ],
  };

  // The other theme has the same page in other colours: it is opened once, and only colours are looked at again.
  for (const width of [1280, 390]) {
    test(`every screen, light and dark, ${width} pixels wide`, async (t) => {
      for (const [name, [link, shown]] of Object.entries(screens)) {
        await t.test(name, async () => {
          await using page = await pages.visit(link(), { width, reducedMotion: 'reduce' });
          await shown(page);
          await requireAccessible(page, name);
          const wide = Number(await page.evaluate('document.documentElement.scrollWidth'));
          assert.ok(wide <= width, `${name} is ${wide} pixels wide`);
          const before = await colours(page);
          await page.emulateMedia({ colorScheme: 'dark' });
          await requireContrast(page, `${name}, dark`);
          assert.notEqual(await colours(page), before, name);
        });
      }
    });
  }

  test('the end, light and dark', async () => {
    const blocking = { ...settings, invalidDataBehavior: 'BLOCK_SUBMIT' };
    const link = await pages.reviewOf({ fields: some, settings: blocking }, 'Name,E-mail\nAda,nobody\nBob,bob@example.com\n');
    await using page = await pages.visit(link, { width: 390, reducedMotion: 'reduce' });
    await rowsShown(page);
    await grid(page).press('Control+Delete');
    await page.getByText('1 row removed.').waitFor();
    await page.getByRole('button', { name: 'Finish' }).filter({ visible: true }).first().click();
    await page.getByRole('button', { name: 'Send 1 row' }).click();
    await heading(page, 'The import is complete');
    await requireAccessible(page, 'done');
    await page.emulateMedia({ colorScheme: 'dark' });
    await requireContrast(page, 'done, dark');
  });
});
