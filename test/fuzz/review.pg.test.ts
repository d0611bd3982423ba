/** Every route of reviews with requests at random, by links that hold and by those that do not: no 5xx, every answer as its document says. */
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import fc from 'fast-check';
import { z } from 'zod';
import { open, type Fields } from '../../src/api/dialects/dromo/harness.ts';
import { dromoReview } from '../../src/api/dialects/dromo/review.ts';
import { blocking, people } from '../../src/api/dialects/dromo/review-harness.ts';
import { createApi } from '../../src/api/server.ts';
import { requestOf, type Documented, type FuzzRequest, type JsonSchema } from './arbitrary.ts';

const bench = await open();
after(async () => await bench.close());
const api = createApi(bench.state.ports, '0.0.0', 1_000_000_000, [dromoReview]);
const text = await (await api.request(dromoReview.document.path)).text();
const document = JSON.parse(text) as { readonly paths: Readonly<Record<string, Readonly<Record<string, Documented>>>> };

/** As `{id, token}`. */
type Link = Readonly<Record<'id' | 'token', string>>;

const hooks = {
  rowHooks: [
    "(record, mode) => { record.row.land.selectOptions = [{ label: 'Spain', value: 'ES' }]; record.row.name.info = [{ message: mode, level: 'info' }]; return record }",
  ],
  beforeFinishCallback: '() => ({ cancel: true, message: "no" })',
};
const files: readonly (readonly [string, object])[] = [
  ['Name,Mail,Age,Land,Id\nAnn,ann@example.com,30,Germany,1\n,nobody,x,Spain,2\nBob,ann@example.com,40,France,3\n', {}],
  ['Name,Mail,Age,Land,Id\nAnn,ann@example.com,30,Spain,1\nBob,,x,,3\n', { hooks }],
  ['1,2,3\n4,5,6\nx,y,z\nAnn,ann@example.com,Atlantis\n', {}],
];

async function links(): Promise<readonly Link[]> {
  const found: Link[] = [];
  for (const [content, more] of files) {
    const made = await bench.imported({ fields: people, settings: blocking, ...more }, content);
    assert.equal(made['status'], 'NEEDS_REVIEW', JSON.stringify(made));
    const url = new URL(String(made['review_url']));
    found.push({ id: String(made['id']), token: url.searchParams.get('token') ?? '' });
  }
  return found;
}

// Nobody waits for news: the answer is what is known at once.
const hasLeft = AbortSignal.abort();

async function send(method: string, token: string, { path, body, headers }: FuzzRequest): Promise<Response> {
  const sent = { ...headers, 'x-review-token': token };
  const isBody = body !== undefined && method !== 'GET';
  const request = new Request(`http://localhost${path}`, { method, headers: sent, ...(isBody && { body }) });
  Object.defineProperty(request, 'signal', { value: path.includes('/api/changes') ? hasLeft : request.signal });
  return await api.request(request);
}

const problem = z.looseObject({ status: z.number(), code: z.string(), title: z.string() });

/** Throws where the answer is not what the document says about this route. */
async function conforms(operation: Documented, reply: Response): Promise<void> {
  const said = await reply.text();
  assert.ok(reply.status < 500, said);
  const documented = operation.responses[String(reply.status)];
  if (reply.ok) assert.ok(documented, `${reply.status} is not documented`);
  const answer: JsonSchema | undefined = documented?.content?.['application/json']?.schema;
  if (reply.ok && !answer) return;
  const judged = (answer ? z.fromJSONSchema(answer as Parameters<typeof z.fromJSONSchema>[0]) : problem).safeParse(
    JSON.parse(said),
  ); // from a document
  assert.ok(judged.success, `${JSON.stringify(judged.error?.issues)} of ${said}`);
}

async function viewOf({ id, token }: Link): Promise<string> {
  const body = JSON.stringify({ filter: 'all' });
  const headers = { 'content-type': 'application/json' };
  const reply = await send('POST', token, { path: `/headless/${id}/api/views`, body, headers });
  return String(((await reply.json()) as Fields)['view']);
}

const known = ['c0', 'c1', 'c3', 'name', 'land', 'Atlantis', 'Spain', 'nearest', 'This is not a number', 'a', '(', '1'];
const settings = { numRuns: Number(process.env['FUZZ_RUNS'] ?? 25) };
const byLink = ([path]: readonly [string, unknown]): boolean => path.includes('/api/');

for (const [path, methods] of Object.entries(document.paths)) {
  for (const [name, operation] of Object.entries(methods)) {
    const method = name.toUpperCase();
    test(`${method} ${path}`, async () => {
      const open = byLink([path, methods]) ? await links() : [{ id: 'x', token: '' }];
      const views = byLink([path, methods]) ? await Promise.all(open.slice(0, 2).map(viewOf)) : [];
      const params = { id: open.map(({ id }) => id), view: [...views, 'x'], file: ['x.js', '..%2findex.html'] };
      await fc.assert(
        fc.asyncProperty(requestOf(path, operation, params, known), fc.constantFrom(...open), async (asked, { id, token }) => {
          await conforms(operation, await send(method, token, asked));
          if (!byLink([path, methods])) return;
          // Of another review, of none, and none at all.
          const [other = ''] = open.filter((one) => one.id !== id).map((one) => one.token);
          const own = asked.path.replace(/^\/headless\/[^/]+/, `/headless/${id}`);
          for (const wrong of [other, 'f'.repeat(64), '', 'x'.repeat(5000)])
            assert.ok([400, 401].includes((await send(method, wrong, { ...asked, path: own })).status));
        }),
        settings,
      );
    });
  }
}

test('changes of rows, also where there are none yet', async () => {
  const headers = { 'content-type': 'application/json' };
  const bodies = { edits: { version: 0, edit: { kind: 'delete', rows: [] } }, undo: { version: 0 }, redo: { version: 0 } };
  const codes = new Set<unknown>();
  for (const [path, methods] of Object.entries(document.paths)) {
    const body = Object.entries(bodies).find(([name]) => path.endsWith(`/api/${name}`))?.[1];
    if (!body) continue;
    for (const { id, token } of await links()) {
      const asked = { path: path.replace('{id}', id), body: JSON.stringify(body), headers };
      const reply = await send('POST', token, asked);
      codes.add(((await reply.clone().json()) as Fields)['code']);
      await conforms(methods['post'] as Documented, reply);
    }
  }
  assert.ok(codes.has('object.conflict'), [...codes].join(', '));
});

test('a link that has ended, another one and none at all: the same answer, whatever is asked for', async () => {
  const [first, second] = (await links()) as readonly [Link, Link]; // three files
  await bench.state.db.query("update headgate.reviews set expires_at = now() - interval '1 second' where id = $1", [first.id]);
  const headers = { 'content-type': 'application/json' };
  const said = async (method: string, path: string, token: string): Promise<unknown> => {
    const reply = await send(method, token, { path, body: '{}', headers });
    const { request_id: _id, ...rest } = (await reply.json()) as Fields;
    return [reply.status, rest];
  };
  for (const [path, methods] of Object.entries(document.paths).filter(byLink)) {
    for (const method of Object.keys(methods).map((one) => one.toUpperCase())) {
      const at = (id: string): string => path.replace('{id}', id).replace('{view}', 'x');
      const nobody = await said(method, at('00000000-0000-4000-8000-000000000000'), first.token);
      assert.equal((nobody as readonly unknown[])[0], 401, `${method} ${path}`);
      assert.deepEqual(await said(method, at(first.id), first.token), nobody);
      assert.deepEqual(await said(method, at(second.id), first.token), nobody);
      assert.deepEqual(await said(method, at(second.id), ''), nobody);
    }
  }
});
