/**
 * The example of examples/dromo, with curl alone, against the program as it is published: its hooks, its threads, its warehouse and its
 * state run in processes and from files that a bundle has to find.
 */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { publishedProgram } from '../support/program.ts';
import { adminKey, startService } from '../support/service.ts';

const pages = [
  ['/docs/errors', /config\.invalid/],
  ['/headless/00000000-0000-4000-8000-000000000000', /assets\//],
] as const;

test('5,000 dirty rows come back clean, and a person is asked where one is needed', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'headgate-dromo-'));
  try {
    const program = await publishedProgram(join(folder, 'program'));
    await using service = await startService(join(folder, 'data'), {}, ['--no-sample'], { program });
    for (const [page, holds] of pages) assert.match(await (await fetch(`${service.url}${page}`)).text(), holds, page);
    const script = join(import.meta.dirname, '..', '..', 'examples', 'dromo', 'import.sh');
    const env = { ...process.env, API_URL: service.url, LICENSE_KEY: adminKey };
    const { stdout } = await promisify(execFile)('bash', [script], { env, maxBuffer: 1 << 26 });
    const [, status = '', errors = '', rows = '', count = ''] =
      /3\. what came of it\n(\w+)\n"totalErrors":(\d+)\n4\. the first rows\n\[(.*),\n[\s\S]*\nrows: (\d+)\n/.exec(stdout) ?? [];
    assert.equal(status, 'SUCCESSFUL', stdout);
    assert.deepEqual(JSON.parse(rows), {
      id: 2,
      first_name: 'Ann2',
      last_name: "O'Neil, Jr.",
      email: 'person2@example.com',
      phone: '2128670002',
      birthday: '1952-03-03',
      country: 'DE',
      plan: 'enterprise',
      tags: ['partner'],
      newsletter: true,
      revenue: 3002.02,
      website: 'https://example.com/2',
    });
    // Each wrong cell is one error; a row may have several.
    assert.ok(Number(count) + Number(errors) >= 5000 && Number(count) > 4500 && Number(count) < 5000, stdout);
    assert.match(stdout, /NEEDS_REVIEW\nhttps?:\/\/.*\/headless\/[0-9a-f-]{36}\/\?token=/);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});
