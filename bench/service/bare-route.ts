/** `database`: a route of the same framework that reads one row with the driver alone, as a process of its own; prints its address. */
import { serve } from '@hono/node-server';
import { Hono } from 'hono';
import { Pool } from 'pg';

const pool = new Pool({ connectionString: process.argv[2], max: 10 });
const app = new Hono();
app.get('/pipelines/:pipeline', async (c) => {
  const { rows } = await pool.query<object>('select * from headgate.pipelines where workspace_id = $1 and slug = $2', [
    1,
    c.req.param('pipeline'),
  ]);
  return c.json(rows[0]);
});
serve({ fetch: app.fetch, port: 0, hostname: '127.0.0.1' }, ({ port }) => console.log(`http://127.0.0.1:${port}`));
