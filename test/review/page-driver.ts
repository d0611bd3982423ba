/** What tests do on the page, as people see it. Everything waits for what it needs to see, never for a time. */
import assert from 'node:assert/strict';
import axe from 'axe-core';
import type { Locator, Page, Request } from 'playwright-core';

interface Violation {
  readonly id: string;
  readonly nodes: readonly { readonly html: string; readonly failureSummary?: string }[];
}

/** By page: what it asks the server that has no answer yet, and what became of the rest where that was no good. */
const asked = new WeakMap<Page, { readonly waiting: Set<Request>; readonly wrong: string[] }>();

const nameOf = (request: Request): string => `${request.method()} ${new URL(request.url()).pathname}`;

/** Keeps what a test that waits in vain has to tell. */
export function listenTo(page: Page): void {
  const waiting = new Set<Request>();
  const wrong: string[] = [];
  asked.set(page, { waiting, wrong });
  page.on('request', (request) => void waiting.add(request));
  page.on('requestfinished', (request) => void waiting.delete(request));
  page.on('requestfailed', (request) => {
    waiting.delete(request);
    wrong.push(`${nameOf(request)}: ${request.failure()?.errorText}`);
  });
  page.on('response', (reply) => reply.status() >= 400 && wrong.push(`${nameOf(reply.request())}: ${reply.status()}`));
}

async function toldBy(page: Page): Promise<string> {
  const { waiting = [], wrong = [] } = asked.get(page) ?? {};
  const shown = await page.locator('body').innerText();
  return [`waits for: ${[...waiting].map(nameOf).join(', ')}`, `failed: ${wrong.join(', ')}`, `shows: ${shown}`].join('\n');
}

/** Whatever axe finds wrong with the page as it is. */
export async function requireAccessible(page: Page, where: string): Promise<void> {
  await requireNothingWrong(page, where, "{ resultTypes: ['violations'] }");
}

/** The same, of its colours alone. */
export async function requireContrast(page: Page, where: string): Promise<void> {
  await requireNothingWrong(page, where, "{ resultTypes: ['violations'], runOnly: ['color-contrast'] }");
}

async function requireNothingWrong(page: Page, where: string, options: string): Promise<void> {
  // Evaluated by the driver: the page's own policy allows no script from elsewhere.
  if (!(await page.evaluate<boolean>("'axe' in window"))) await page.evaluate(axe.source);
  const violations = await page.evaluate<Violation[]>(`axe.run(${options}).then(({ violations }) => violations)`);
  const said = violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 160)).join(' | ')}`);
  assert.deepEqual(said, [], where);
}

/** The cell in the row with this number and the column with this name. */
export async function cell(page: Page, row: number | string, column: string): Promise<Locator> {
  const heads = page.getByRole('columnheader');
  const names = await heads.allInnerTexts();
  const at = names.findIndex((name) => name.split('\n')[0]?.replace(/ \*.*$/, '') === column);
  assert.ok(at >= 0, `no column ${column} among ${names.join(', ')}`);
  const col = await heads.nth(at).getAttribute('aria-colindex');
  const line = page.getByRole('row').filter({ has: page.getByRole('rowheader', { name: new RegExp(`(?:^|\\s)${row}$`) }) });
  return line.locator(`[aria-colindex="${col}"]`);
}

export const grid = (page: Page): Locator => page.getByRole('grid');

/** How many rows there are of a kind, as the summary says. */
export function count(page: Page, kind: string): Locator {
  return page.getByRole('group', { name: 'Show rows' }).getByRole('button', { name: kind }).locator('strong');
}

/** Until nothing is on its way to the server. */
export async function saved(page: Page): Promise<void> {
  await page.locator('.saved[data-saving="false"]').waitFor();
}

/** Until rows have arrived: `timeout` ms at most. Where the page asks about values first, they are left to be mended row by row. */
export async function rowsShown(page: Page, timeout = 30_000): Promise<void> {
  const shown = page.locator('.grid-cell:not(:has(.grid-waiting))').first();
  const values = page.getByRole('heading', { name: 'What do these values mean?' });
  try {
    await shown.or(values).first().waitFor({ timeout });
    if (await values.isVisible()) await page.getByRole('button', { name: 'Rows', exact: true }).click();
    await shown.waitFor({ timeout });
  } catch (cause) {
    throw new Error(`no rows on the page.\n${await toldBy(page)}`, { cause });
  }
}

/** Until the table has this many rows, and those in view are there: what is clicked before, in a row that is on its way, does nothing. */
export async function rowsAre(page: Page, total: number): Promise<void> {
  await page.locator(`[role=grid][aria-busy=false][aria-rowcount="${total + 1}"]:not(:has(.grid-waiting))`).waitFor();
}

export async function textOf(of: Locator): Promise<string> {
  return await of.locator('.grid-text').innerText();
}

/** Waits until the text is this. */
export async function says(of: Locator, text: string): Promise<void> {
  await of.filter({ hasText: text }).first().waitFor();
}

/** Puts a text on the machine's clipboard, as another program would; the page has to be allowed to (`clipboard-write`). */
export async function toClipboard(page: Page, text: string): Promise<void> {
  await page.evaluate(`navigator.clipboard.writeText(${JSON.stringify(text)})`);
}

export async function fromClipboard(page: Page): Promise<string> {
  return String(await page.evaluate('navigator.clipboard.readText()'));
}
