/** Every dialect behind one address, with what belongs to none of them. */
import { Hono } from 'hono';
import type { Ports } from '../operations/operation.ts';
import { dialects } from './dialects/registry.ts';
import { identifyBy } from './identify.ts';
import { mount } from './mount.ts';
import { openApiOf } from './openapi.ts';
import { problem } from './problem.ts';
import { RateLimit } from './rate.ts';
import { HeadgateError } from '../domain/error.ts';

/** A minute, from one address. */
const wrongKeys = 60;

/** `perMinute`: requests of one key. */
export function createApi(ports: Ports, version: string, perMinute = 60_000): Hono {
  const app = new Hono();
  const mounting = { ports, identify: identifyBy(ports), rate: new RateLimit(perMinute), strangers: new RateLimit(wrongKeys) };
  app.get('/healthz', (c) => c.json({ status: 'ok' }));
  app.get('/readyz', async (c) => {
    try {
      await ports.db.query('select 1');
      return c.json({ status: 'ready' });
    } catch {
      return c.json({ status: 'waiting for the state database' }, 503);
    }
  });
  for (const dialect of dialects) {
    mount(app, dialect, mounting);
    app.get(dialect.document, (c) => c.json(openApiOf(dialect, version)));
  }
  app.notFound(() => {
    const { status, headers, body } = problem(new HeadgateError('object.missing', 'there is nothing at this address'), '');
    return new Response(JSON.stringify(body), { status, ...(headers && { headers }) });
  });
  return app;
}
