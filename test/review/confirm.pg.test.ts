/** Before the end a hook asks once more: its message and its words on the buttons. */
import assert from 'node:assert/strict';
import { after, before, suite, test } from 'node:test';
import { grid, requireAccessible, requireContrast, rowsShown } from './page-driver.ts';
import { openPages, type PageBench } from './page-bench.ts';

const callback = `async (it) => {
  const text = '<b>Two</b> offices are closed.<img src=x onerror=alert(1)> Send anyway?';
  await it.setConfirmationMessage(text, { submitButtonText: 'Yes, send', cancelButtonText: 'Look again' });
}`;
const fields = [
  { label: 'Name', key: 'name' },
  { label: 'Age', key: 'age', type: 'number' },
];
const settings = { importIdentifier: 'people', title: 'Add people', allowEmptySubmit: false };

suite('a message before the end', () => {
  let pages: PageBench;
  before(async () => {
    pages = await openPages();
  });
  after(async () => await pages.close());

  for (const width of [1280, 390]) {
    test(`is answered by keys, ${width} pixels wide`, async () => {
      const hooks = { stepHooks: [{ type: 'REVIEW_STEP_PRE_SUBMIT', callback }] };
      const made = await pages.server.imported({ fields, hooks, settings }, 'Name,Age\nAda,x\n');
      await using page = await pages.visit(String(made['review_url']), { width, reducedMotion: 'reduce' });
      await rowsShown(page);
      await grid(page).press('Alt+ArrowDown');
      await page.getByText('1 of 1', { exact: true }).waitFor();
      await page.keyboard.type('7');
      await page.keyboard.press('Enter');
      await page.getByText('1 row will be sent').first().waitFor();
      const dialog = page.getByRole('dialog', { name: 'Finish this import?' });
      const said = dialog.getByText('Two offices are closed. Send anyway?');
      const send = async (): Promise<void> => {
        await page.getByRole('button', { name: 'Finish' }).filter({ visible: true }).first().press('Enter');
        await page.getByRole('button', { name: 'Send 1 row' }).press('Enter');
        await said.waitFor();
      };
      await send();
      assert.equal(await page.evaluate('document.activeElement.className'), 'finish-said');
      await requireAccessible(page, 'a message before the end');
      await page.emulateMedia({ colorScheme: 'dark' });
      await requireContrast(page, 'a message before the end, dark');
      const wide = Number(await page.evaluate('document.documentElement.scrollWidth'));
      assert.ok(wide <= width, `${wide} pixels wide`);
      await dialog.getByRole('button', { name: 'Look again' }).press('Enter');
      await dialog.waitFor({ state: 'detached' });
      await send();
      await dialog.getByRole('button', { name: 'Yes, send' }).press('Enter');
      await page.getByRole('heading', { name: 'The import is complete' }).waitFor();
      assert.deepEqual(await pages.server.rowsOf(made['id']), [{ name: 'Ada', age: 7 }]);
    });
  }
});
