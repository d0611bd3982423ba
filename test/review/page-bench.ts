/** A server with imports that wait for people, and a browser that visits their pages. */
import assert from 'node:assert/strict';
import type { BrowserContextOptions, Page } from 'playwright-core';
import { open, type Bench } from '../../src/api/dialects/dromo/harness.ts';
import type { Ports } from '../../src/operations/operation.ts';
import { startChromium } from '../support/chromium.ts';
import { listenTo } from './page-driver.ts';
import { fields, sample, settings as usual } from './sample.ts';

export interface Visit extends Pick<BrowserContextOptions, 'hasTouch' | 'httpCredentials' | 'locale' | 'reducedMotion'> {
  readonly theme?: 'light' | 'dark';
  readonly width?: number;
}

export interface PageBench {
  readonly server: Bench;
  /** The address of a page about this many rows of the sample; `settings` beside those that it has. */
  review(rows: number, settings?: object): Promise<string>;
  /** Of a file of one's own. */
  reviewOf(wanted: object, content: string | Uint8Array<ArrayBuffer>): Promise<string>;
  /** Fails at its end where the browser has complained about something. */
  visit(url: string, how?: Visit): Promise<Page & AsyncDisposable>;
  close(): Promise<void>;
}

export async function openPages(ports: Partial<Ports> = {}): Promise<PageBench> {
  // Does nothing where the page is newer than its sources.
  await import(new URL('../../web/build.js', import.meta.url).href);
  const [server, browser] = await Promise.all([open(0, ports), startChromium()]);

  const reviewOf: PageBench['reviewOf'] = async (wanted, content) => {
    const made = await server.imported(wanted, content);
    assert.equal(made['status'], 'NEEDS_REVIEW');
    return String(made['review_url']);
  };
  const review: PageBench['review'] = async (rows, more = {}) => {
    const settings = { ...usual, ...more };
    return await reviewOf({ fields, settings, original_filename: 'people.csv' }, [...sample(rows)].join(''));
  };
  const visit: PageBench['visit'] = async (url, { theme = 'light', width = 1280, ...more } = {}) => {
    const permissions = ['clipboard-read', 'clipboard-write'];
    const context = await browser.newContext({ colorScheme: theme, viewport: { width, height: 800 }, permissions, ...more });
    const page = await context.newPage();
    page.setDefaultTimeout(30_000);
    listenTo(page);
    const wrong: string[] = [];
    page.on('pageerror', ({ message }) => wrong.push(message));
    page.on('console', (message) => /Content.Security.Policy/i.test(message.text()) && wrong.push(message.text()));
    await page.goto(url);
    const close = async () => {
      await context.close();
      assert.deepEqual(wrong, [], 'what the browser complained about');
    };
    return Object.assign(page, { [Symbol.asyncDispose]: close });
  };
  const close = async () => {
    await browser.close();
    await server.close();
  };
  return { server, review, reviewOf, visit, close };
}
