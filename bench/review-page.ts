/** `npm run bench:page -- [rows]`: the review page in Chromium through the real server: opening, scrolling, jumping, editing. */
import type { Page } from 'playwright-core';
import { open } from '../src/api/dialects/dromo/harness.ts';
import { fields, sample, settings } from '../test/review/sample.ts';
import { startChromium } from '../test/support/chromium.ts';

await import(new URL('../web/build.js', import.meta.url).href);
const rows = Number(process.argv[2] ?? 1_000_000);
const edits = 40;

await using parts = new AsyncDisposableStack();
const bench = await open();
parts.defer(async () => await bench.close());
const browser = await startChromium();
parts.defer(async () => await browser.close());
const page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
page.setDefaultTimeout(1_800_000);

const wanted = { fields, settings, original_filename: 'people.csv' };
const made = await timed('import', async () => await bench.imported(wanted, [...sample(rows)].join('')));
const shown = page.locator('.grid-cell:not(:has(.grid-waiting))').first();
const first = async (): Promise<void> => {
  await page.goto(String(made['review_url']));
  await shown.waitFor();
};
await timed('first opening: the server makes its rows from the file', first);
await timed('opening again', first);
await page.getByRole('button', { name: 'All rows' }).click();
await page.locator(`[role=grid][aria-rowcount="${rows + 1}"]`).waitFor();
await page.locator('.grid-body').hover();
await timed('jump to the last row by key', async () => {
  await page.getByRole('grid').press('Control+ArrowDown');
  await page.getByRole('rowheader', { name: new RegExp(`${rows + 1}$`) }).waitFor();
  await page.locator(`#cell-${rows - 1}-0:not(:has(.grid-waiting))`).waitFor();
});
await page.getByRole('grid').press('Control+Home');
await scroll(page, 100, 200);
await scroll(page, 1200, 100);
await editing(page);

async function timed<T>(what: string, work: () => Promise<T>): Promise<T> {
  const begun = performance.now();
  const result = await work();
  console.log(`${what}: ${Math.round(performance.now() - begun)} ms`);
  return result;
}

/** CPU of the page's main thread, which does not depend on what else the machine does. */
async function scroll(on: Page, pixels: number, turns: number): Promise<void> {
  const session = await on.context().newCDPSession(on);
  await session.send('Performance.enable', { timeDomain: 'threadTicks' });
  const metrics = async (): Promise<Map<string, number>> =>
    new Map((await session.send('Performance.getMetrics')).metrics.map(({ name, value }) => [name, value]));
  const before = await metrics();
  for (let turn = 0; turn < turns; turn += 1) {
    await on.mouse.wheel(0, pixels);
    await on.evaluate('new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))');
  }
  const after = await metrics();
  const each = (name: string): string => ((((after.get(name) ?? 0) - (before.get(name) ?? 0)) / turns) * 1000).toFixed(1);
  const heap = Math.round((after.get('JSHeapUsedSize') ?? 0) / 1e6);
  console.log(
    `wheel by ${pixels} px: ${each('TaskDuration')} ms of CPU, of which script ${each('ScriptDuration')} ms; ${heap} MB of JavaScript`,
  );
}

/** From Enter to the server's answer, one edit after the other. */
async function editing(on: Page): Promise<void> {
  const times: number[] = [];
  await on.getByRole('grid').press('Control+Home');
  for (let edit = 0; edit < edits; edit += 1) {
    await on.keyboard.type(`Name ${edit}`);
    const answered = on.waitForResponse((reply) => reply.url().endsWith('/edits'));
    const begun = performance.now();
    await on.keyboard.press('Enter');
    await answered;
    times.push(performance.now() - begun);
  }
  times.sort((a, b) => a - b);
  const at = (share: number): number => Math.round(times[Math.floor(times.length * share)] ?? 0);
  console.log(`edit: p50 ${at(0.5)} ms, p95 ${at(0.95)} ms of ${edits}`);
}
