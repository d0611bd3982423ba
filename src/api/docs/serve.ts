/** The pages at /docs: made when they are first asked for, the same for everybody. */
import { readFile } from 'node:fs/promises';
import type { Hono } from 'hono';
import type { ApiDialect } from '../dialect.ts';
import { openApiOf } from '../openapi.ts';
import { errorsPage, sectionsOf } from './errors.ts';
import { pageHeaders } from './page.ts';
import { referencePage } from './reference.ts';
import { style } from './style.ts';

/** docs/ stands beside src/ in a clone and beside dist/ in the package. */
const errorsText = new URL('../../../docs/errors.md', import.meta.url);

/** The first dialect is the reference; the others have pages of their own, unless they ask for a key. */
export function serveDocs(app: Hono, dialects: readonly ApiDialect[], version: string): void {
  const made = new Map<string, string>();
  for (const [at, dialect] of dialects.entries()) {
    const { path, auth } = dialect.document;
    if (auth === 'key') continue;
    const address = at === 0 ? '/docs' : `/docs/${dialect.name}`;
    app.get(address, (c) => {
      const page = made.get(address) ?? referencePage(openApiOf(dialect, version), path);
      made.set(address, page);
      return c.body(page, 200, pageHeaders);
    });
  }
  app.get('/docs/errors', async (c) => {
    const text = await readFile(errorsText, 'utf8').catch(() => '');
    return c.body(errorsPage(sectionsOf(text)), 200, pageHeaders);
  });
  app.get('/docs/style.css', (c) =>
    c.body(style, 200, {
      'content-type': 'text/css; charset=utf-8',
      'cache-control': 'no-cache',
      'x-content-type-options': 'nosniff',
    }),
  );
}
