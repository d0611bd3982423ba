import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, copyFileSync, mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { freePort } from '../../src/store/embedded/free-port.ts';
import { installed } from './installed.ts';

/** An SSH server on loopback for the account that runs the tests. It ends with the test process, however that ends. */
export interface TestSshd extends AsyncDisposable {
  readonly port: number;
  readonly user: string;
  /** Path of a private key that may log in. */
  readonly key: string;
  /** The same key, protected by the passphrase `open sesame`. */
  readonly sealedKey: string;
  /** Path of a private key that nobody knows. */
  readonly strangerKey: string;
  /** Path of a file that knows the server's host key; its name holds blanks. */
  readonly knownHosts: string;
}

/** Ends the server when our end of its input closes: also after a SIGKILL of the test process. */
const guard = `"$@" & server=$!; cat >/dev/null; kill $server; wait $server; rm -rf "$0"`;

function makeKey(folder: string, name: string, passphrase = ''): string {
  const path = join(folder, name);
  execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', passphrase, '-C', name, '-f', path]);
  return path;
}

/** `settings` = lines of sshd_config on top of what the tests need. */
export async function startSshd(settings: readonly string[] = []): Promise<TestSshd> {
  const program = installed(['/usr/sbin/sshd', '/usr/local/sbin/sshd'], 'openssh-server');
  const folder = mkdtempSync(join(tmpdir(), 'headgate-sshd-'));
  const host = makeKey(folder, 'host');
  const key = makeKey(folder, 'key');
  const strangerKey = makeKey(folder, 'stranger');
  const sealedKey = join(folder, 'sealed');
  copyFileSync(key, sealedKey);
  chmodSync(sealedKey, 0o600);
  execFileSync('ssh-keygen', ['-q', '-p', '-P', '', '-N', 'open sesame', '-f', sealedKey]);
  copyFileSync(`${key}.pub`, join(folder, 'authorized'));
  const port = await freePort();
  const knownHosts = join(folder, 'known hosts of this test');
  writeFileSync(knownHosts, `[127.0.0.1]:${port} ${readFileSync(`${host}.pub`, 'utf8')}`);
  const config = [
    ...settings, // the first value of a setting counts
    'ListenAddress 127.0.0.1',
    `Port ${port}`,
    `HostKey ${host}`,
    `AuthorizedKeysFile ${join(folder, 'authorized')}`,
    'PidFile none',
    'StrictModes no',
    'UsePAM no',
    'PermitRootLogin yes',
    'PasswordAuthentication no',
    'KbdInteractiveAuthentication no',
    'MaxStartups 100',
  ];
  writeFileSync(join(folder, 'config'), `${config.join('\n')}\n`);
  // Where the server drops its rights when it runs as root; its package makes it at every boot.
  if (process.getuid?.() === 0) mkdirSync('/run/sshd', { recursive: true, mode: 0o755 });
  const child = spawn('/bin/sh', ['-c', guard, folder, program, '-D', '-e', '-f', join(folder, 'config')], {
    stdio: ['pipe', 'ignore', 'ignore'],
    cwd: '/',
  });
  child.unref();
  // A pipe of a child is a socket, which can be unreferenced; its declared type is only Writable.
  (child.stdin as unknown as { unref(): void }).unref();
  await listening(port);
  const stop = async (): Promise<void> => await end(child);
  return { port, user: userInfo().username, key, sealedKey, strangerKey, knownHosts, [Symbol.asyncDispose]: stop };
}

async function listening(port: number): Promise<void> {
  for (const deadline = Date.now() + 20_000; ;) {
    const socket = connect(port, '127.0.0.1');
    const there = await once(socket, 'connect').then(
      () => true,
      () => false,
    );
    socket.destroy();
    if (there) return;
    if (Date.now() > deadline) throw new Error('starting sshd: it does not listen');
    await wait(20);
  }
}

async function end(child: ChildProcess): Promise<void> {
  child.ref();
  const ended = once(child, 'exit');
  child.stdin?.end();
  await ended;
}
