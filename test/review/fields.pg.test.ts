/** Fields that hooks have added are fields like others on the page, and hidden ones are not there. */
import assert from 'node:assert/strict';
import { after, before, suite, test } from 'node:test';
import { cell, requireAccessible, rowsShown } from './page-driver.ts';
import { openPages, type PageBench } from './page-bench.ts';

const size = [
  { label: 'Big', value: 'b' },
  { label: 'Small', value: 's' },
];
const shiny = { label: 'Shiny label', key: 'x', type: 'select', selectOptions: size, validators: [{ validate: 'required' }] };
const kinds = { label: 'Kinds', key: 'kinds', type: 'multi-select', selectOptions: size };
const locked = { label: 'Locked', key: 'locked', readOnly: true };
const add = (field: object): string => `await it.addField(${JSON.stringify(field)}, { before: 'age' });`;

suite('fields of a review', () => {
  let pages: PageBench;
  before(async () => {
    pages = await openPages();
  });
  after(async () => await pages.close());

  test('those that hooks add have their label, mark, options and lock; none but the file’s own are offered to columns', async () => {
    const fields = [
      { label: 'Name', key: 'name', requireMapping: true },
      { label: 'Secret', key: 'hid', hidden: true },
      { label: 'Age', key: 'age', type: 'number' },
      { label: 'Old', key: 'old' },
    ];
    const callback = `async (it) => { ${add(shiny)} ${add(kinds)} ${add(locked)} await it.removeField('old'); }`;
    const rowHooks = ['() => ({ row: { hid: { value: "psst" }, kinds: { value: "Big, Small" } } })'];
    const hooks = { stepHooks: [{ type: 'REVIEW_STEP', callback }], rowHooks };
    const settings = { importIdentifier: 'people', invalidDataBehavior: 'BLOCK_SUBMIT' };
    await using page = await pages.visit(await pages.reviewOf({ fields, hooks, settings }, 'Name,Age,Old\nAda,x,1\n'));
    await rowsShown(page);
    const heads = await page.getByRole('columnheader').allInnerTexts();
    const names = heads.map((head) => head.replaceAll(/\s+/g, ' ').trim()).filter((head) => head !== '');
    assert.deepEqual(
      names.map((name) => name.replace(/ \d+.*$/, '')),
      ['Row', 'Name * required', 'Shiny label * required', 'Kinds', 'Locked', 'Age'],
    );
    assert.equal(await (await cell(page, 2, 'Kinds')).locator('.chip').count(), 2);
    await (await cell(page, 2, 'Locked')).click();
    await page.keyboard.press('F2');
    assert.equal(await page.locator('.cell-input').count(), 0);
    await (await cell(page, 2, 'Shiny label')).dblclick();
    await page.getByRole('option', { name: 'Small' }).waitFor();
    await page.keyboard.press('Escape');
    await requireAccessible(page, 'fields of hooks');

    await page.getByRole('button', { name: 'Columns', exact: true }).first().click();
    await page.getByLabel('Field for Old').waitFor();
    const offered = await page.getByLabel('Field for Old').getByRole('option').allInnerTexts();
    assert.deepEqual(offered, ['Leave out', 'Name (required)', 'Age']);
  });
});
