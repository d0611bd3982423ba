/** A login in front of reviews: with it a link alone opens nothing, and a browser asks its user. */
import assert from 'node:assert/strict';
import { after, before, suite, test } from 'node:test';
import { insertWorkspace } from '../../src/store/workspaces.ts';
import { rowsShown } from './page-driver.ts';
import { openPages, type PageBench } from './page-bench.ts';

type Fields = Readonly<Record<string, unknown>>;

suite('reviews with a login', () => {
  let pages: PageBench;
  let link: URL;
  before(async () => {
    pages = await openPages({ reviewLogin: true });
    link = new URL(await pages.review(20));
  });
  after(async () => await pages.close());

  const basic = (name: string, password: string): string => `Basic ${Buffer.from(`${name}:${password}`).toString('base64')}`;

  interface Reply {
    readonly status: number;
    /** What a browser is asked for. */
    readonly asks: string | null;
  }

  async function page(authorization?: string): Promise<Reply> {
    const reply = await fetch(link, { ...(authorization !== undefined && { headers: { authorization } }) });
    await reply.text();
    return { status: reply.status, asks: reply.headers.get('www-authenticate') };
  }

  async function state(authorization: string | undefined, token = link.searchParams.get('token') ?? ''): Promise<Reply> {
    const headers = { 'x-review-token': token, ...(authorization !== undefined && { authorization }) };
    const reply = await fetch(`${link.origin}${link.pathname}api/state`, { headers });
    await reply.text();
    return { status: reply.status, asks: reply.headers.get('www-authenticate') };
  }

  const opened: Reply = { status: 200, asks: null };
  const asked: Reply = { status: 401, asks: 'Basic realm="headgate reviews", charset="UTF-8"' };

  /** The token of somebody who may do everything that they are granted. */
  async function person(
    name: string,
    scopes: readonly string[] = ['*'],
  ): Promise<{ readonly id: string; readonly token: string }> {
    const { id } = (await pages.server.native('POST', '/principals', { name })) as Fields; // an object
    const key = (await pages.server.native('POST', '/keys', { name, scopes, principal: id })) as Fields; // an object
    return { id: String(id), token: String(key['token']) };
  }

  test('nobody without a key gets in', async () => {
    for (const authorization of [undefined, basic('ann', 'wrong'), 'Bearer nothing', basic('ann', `hg_0_${'x'.repeat(40)}`)]) {
      assert.deepEqual(await page(authorization), asked, authorization);
      assert.deepEqual(await state(authorization), asked, authorization);
    }
  });

  test('a key of the workspace opens what its principal may read', async () => {
    const { id, token } = await person('Ann');
    assert.deepEqual(await page(basic('ann', token)), opened);
    assert.deepEqual(await state(basic('ann', token)), asked);
    await pages.server.native('PUT', '/grants', { principal: id, level: 'read' });
    assert.deepEqual(await state(basic('ann', token)), opened);
    await pages.server.native('PATCH', `/principals/${id}`, { disabled: true });
    assert.deepEqual(await state(basic('ann', token)), asked);
  });

  test('a key of another workspace, and one for something else, do not', async () => {
    await insertWorkspace(pages.server.state.db, 'theirs', 77);
    assert.deepEqual(await state(basic('x', await pages.server.state.token(['*'], 77))), asked);
    assert.deepEqual(await state(basic('x', await pages.server.state.token(['runs:read'], 1))), asked);
  });

  test('a key alone opens nothing, and a browser is not asked because of a link', async () => {
    const key = await pages.server.state.token(['*'], 1);
    assert.deepEqual(await state(basic('x', key), '0'.repeat(64)), { status: 401, asks: null });
    assert.deepEqual(await state(undefined, '0'.repeat(64)), { status: 401, asks: null });
  });

  test('in a browser: the name and the password that it is given for the page are those of everything behind it', async () => {
    const password = await pages.server.state.token(['*'], 1);
    await using shown = await pages.visit(link.href, { httpCredentials: { username: 'Zoë', password, send: 'unauthorized' } });
    await rowsShown(shown);
    await shown.reload();
    await rowsShown(shown);
  });
});
