/** Tries everything that the process of hooks must not be able to do, and says what it could. */
import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { Worker } from 'node:worker_threads';

const could: string[] = [];
const attempt = (what: string, act: () => unknown): void => {
  try {
    act();
    could.push(what);
  } catch {
    // That is what is wanted.
  }
};

attempt('read a file', () => readFileSync('/etc/passwd'));
attempt('write a file', () => writeFileSync('/tmp/headgate-probe', ''));
attempt('start a program', () => {
  if (spawnSync('true').error) throw new Error('refused');
});
attempt('start a thread', () => new Worker('', { eval: true }));
if (
  Object.keys(process.env).some(
    (name) => !['NODE_CHANNEL_FD', 'NODE_CHANNEL_SERIALIZATION_MODE', 'PWD', 'OLDPWD', 'SHLVL', '_'].includes(name),
  )
)
  could.push(`see the environment: ${Object.keys(process.env).join()}`);

const port = Number(process.argv[2]);
const socket = connect(port, '127.0.0.1');
const tell = (): void => void process.send?.(could, undefined, {}, () => process.exit(0));
socket.once('connect', () => {
  could.push('reach the network');
  tell();
});
socket.once('error', tell);
