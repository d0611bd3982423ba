/** Keys from the command line, against a server as people run it; and a new master key under it. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { adminKey, startService } from '../support/service.ts';

const bin = join(import.meta.dirname, '..', '..', 'bin', 'headgate.js');

async function keys(
  dataDir: string,
  key: string,
  ...args: readonly string[]
): Promise<readonly Readonly<Record<string, unknown>>[]> {
  const env = { ...process.env, HEADGATE_KEY: key };
  const command = [bin, 'keys', ...args, '--json', '--data-dir', dataDir];
  const { stdout } = await promisify(execFile)(process.execPath, command, { env }).catch((error: { readonly stdout: string }) => {
    throw new Error(error.stdout);
  });
  // Our own `--json`.
  return stdout
    .trim()
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as Readonly<Record<string, unknown>>);
}

test('keys are made, listed, used and revoked; a rotation keeps them and what they sealed', async () => {
  const dataDir = await mkdtemp(join(tmpdir(), 'headgate-keys-'));
  try {
    await using service = await startService(dataDir);
    const [made] = await keys(dataDir, adminKey, 'create', 'nightly', '--scope', 'runs:read', '--scope', 'keys:read');
    const token = String(made?.['token']);
    assert.ok((await keys(dataDir, token, 'list')).some(({ name }) => name === 'nightly'));
    await assert.rejects(keys(dataDir, token, 'create', 'more'), /no scope keys:write/);
    const settings = { host: '127.0.0.1', port: 1, database: 'd', user: 'u', password: 'Zaphod' };
    await service.api('POST', '/connections', { name: 'c', slug: 'c', connector: 'postgres', settings });
    await assert.rejects(keys(dataDir, adminKey, 'rotate'), /already serves it/);
    await service.stop();
    await assert.rejects(keys(dataDir, adminKey, 'list'), /none runs on it/);
    assert.equal((await keys(dataDir, adminKey, 'rotate'))[0]?.['secrets'], 1);
    await using again = await startService(dataDir);
    assert.ok((await keys(dataDir, token, 'list')).length > 0);
    const found = (await again.api('POST', '/connections/c/check'))['findings'] as readonly { code: string }[];
    assert.equal(found[0]?.code, 'connect.unreachable');
    await keys(dataDir, adminKey, 'revoke', String(made?.['id']));
    await assert.rejects(keys(dataDir, token, 'list'), /not valid/);
  } finally {
    await rm(dataDir, { recursive: true, force: true });
  }
});
