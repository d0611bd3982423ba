import assert from 'node:assert/strict';
import { test } from 'node:test';
import { HeadgateError } from '../../domain/error.ts';
import { channelFailure, loginFailure, sshArguments } from './ssh-command.ts';
import { readSsh, requireForwardable, sshSettings } from './ssh-settings.ts';

const read = (options: string, env: Record<string, string> = {}) =>
  sshSettings.optional().parse(readSsh(new URLSearchParams(options), env));
const refused = (code: string) => (error: unknown) => error instanceof HeadgateError && error.code === code;
const forward = { socket: '/tmp/x/socket', host: 'db.internal', port: 5432 };

test('where a tunnel leads through', () => {
  assert.equal(read('sslmode=require'), undefined);
  const full = read('ssh=ann@bastion.example.com:2222', { HEADGATE_SSH_PASSWORD: 'x y' });
  assert.deepEqual([full?.user, full?.host, full?.port, full?.password], ['ann', 'bastion.example.com', 2222, 'x y']);
  assert.deepEqual([read('ssh=b', { USER: 'me' })].map((ssh) => [ssh?.user, ssh?.host, ssh?.port])[0], ['me', 'b', 22]);
  assert.equal(read('ssh=ann@corp@b')?.user, 'ann@corp');
  assert.deepEqual([read('ssh=u@[::1]:23')].map((ssh) => [ssh?.host, ssh?.port])[0], ['::1', 23]);
  assert.throws(() => read('ssh='), refused('usage.arguments'));
  assert.throws(() => read('ssh_key=/etc/hosts'), refused('usage.arguments'));
  assert.throws(() => read('ssh=u@b&ssh_key=/nowhere/key'), refused('file.missing'));
});

test('nothing that is typed becomes an option of ssh', () => {
  for (const options of [
    'ssh=-oProxyCommand=id@b',
    'ssh=u@-oProxyCommand=id',
    'ssh=u%20-v@b',
    'ssh=u@b%20-v',
    'ssh=u@b%0aProxyCommand%20id',
    'ssh=u%0a@b',
    'ssh=u@b;id',
    'ssh=u@$(id)',
    'ssh=u@b:99999',
  ]) {
    assert.throws(() => read(options, { USER: 'me' }), options);
  }
  for (const path of ['a"b', 'a\nb', '%h', '${HOME}', 'a\\b', '']) {
    assert.equal(sshSettings.safeParse({ host: 'b', user: 'u', key: path }).success, false, path);
    assert.equal(sshSettings.safeParse({ host: 'b', user: 'u', known_hosts: path }).success, false, path);
  }
  for (const host of ['-oProxyCommand=id', 'a b', 'a:b', 'a\nb', '/tmp', '']) {
    assert.throws(() => requireForwardable(host), refused('usage.arguments'), host);
  }
  for (const host of ['db', 'db.internal', '10.0.0.1', '::1']) requireForwardable(host);
});

test('one way to log in, known hosts only, and no secret among the arguments', () => {
  const ssh = { host: 'b', port: 22, user: 'u', password: 'secret' };
  const all = [ssh, { ...ssh, key: '/k e y', known_hosts: '/k h' }, { ...ssh, password: undefined }];
  const [password, key, agent] = all.map((settings) => sshArguments(settings, forward).join(' '));
  for (const text of [password, key, agent]) {
    assert.match(text ?? '', /^-F none -N -T .*StrictHostKeyChecking=yes.* -L \/tmp\/x\/socket:db\.internal:5432 -- b$/);
    assert.doesNotMatch(text ?? '', /secret/);
  }
  assert.match(password ?? '', /PubkeyAuthentication=no/);
  assert.match(key ?? '', /UserKnownHostsFile="\/k h" .*PreferredAuthentications=publickey .*IdentityFile="\/k e y"/);
  assert.match(agent ?? '', /BatchMode=yes/);
  assert.match(sshArguments(ssh, { ...forward, host: '::1' }).join(' '), /socket:\[::1\]:5432/);
});

test('what ssh says becomes a code, and none of its words', () => {
  const ssh = { host: 'b', port: 22, user: 'u' };
  const cases = {
    'No ED25519 host key is known for b and you have requested strict checking.\nHost key verification failed.': 'connect.tunnel',
    '@ WARNING: REMOTE HOST IDENTIFICATION HAS CHANGED! @\nHost key verification failed.': 'connect.tunnel',
    'secret@b: Permission denied (publickey).': 'connect.refused',
    'Load key "secret": incorrect passphrase supplied to decrypt private key\nsecret@b: Permission denied (publickey).':
      'connect.refused',
    'ssh: Could not resolve hostname b: Name or service not known': 'connect.unreachable',
    'ssh: connect to host b port 22: Connection refused': 'connect.unreachable',
    'tunnel: 2: ssh: not found': 'connect.tunnel',
    'kex_exchange_identification: Connection closed by remote host': 'connect.unreachable',
  };
  for (const [said, code] of Object.entries(cases)) {
    const error = loginFailure(said, ssh);
    assert.equal(error.code, code, said);
    assert.doesNotMatch(error.message, /secret|WARNING/);
  }
  assert.equal(channelFailure('Welcome', ssh), undefined);
  const says = (said: string) => channelFailure(`channel 2: open failed: ${said}`, ssh)?.code;
  assert.equal(says('administratively prohibited: open failed'), 'connect.tunnel');
  assert.equal(says('connect failed: Connection refused'), 'connect.unreachable');
});
