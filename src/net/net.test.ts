import assert from 'node:assert/strict';
import { isIPv4 } from 'node:net';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Address } from '../sdk/index.ts';
import { kindOf, loopback, normalHost, parseNetworks } from './addresses.ts';
import { guardedNet, personalNet } from './net.ts';

const at = (address: string): Address => ({ address, family: isIPv4(address) ? 4 : 6 });
const refused = { code: 'connect.forbidden' };

test('what an address stands for', () => {
  const kinds = {
    public: ['8.8.8.8', '1.1.1.1', '172.32.0.1', '2606:4700::1111', '::ffff:8.8.8.8', '64:ff9b::808:808'],
    private: [
      '127.0.0.1',
      '10.1.2.3',
      '100.64.0.1',
      '172.16.0.1',
      '192.168.1.1',
      '198.18.0.1',
      '203.0.113.9',
      '::1',
      'fd00::1',
    ].concat([
      '::ffff:127.0.0.1',
      '64:ff9b::7f00:1',
      '2002:7f00:1::',
      '2002:808:808::',
      '2001:db8::1',
      '2001:0:808:808::f7f7:f7f7',
      '::7f00:1',
      '64:ff9b:1::808:808',
    ]),
    never: [
      '0.0.0.0',
      '0.1.2.3',
      '169.254.169.254',
      '224.0.0.1',
      '255.255.255.255',
      '100.100.100.200',
      '168.63.129.16',
      '192.0.0.192',
    ].concat([
      '::',
      'fe80::1',
      'fe80::1%eth0',
      'ff02::1',
      'fd00:ec2::254',
      '::ffff:169.254.169.254',
      '64:ff9b::a9fe:a9fe',
      '2002:a9fe:a9fe::',
      '::a9fe:a9fe',
    ]),
  };
  for (const [kind, addresses] of Object.entries(kinds)) for (const one of addresses) assert.equal(kindOf(one), kind, one);
});

/** Ways in which libraries of the system read an address of version 4. */
const spellings = (bytes: readonly [number, number, number, number]): readonly string[] => {
  const [a, b, c, d] = bytes;
  const number = ((a * 256 + b) * 256 + c) * 256 + d;
  const low = (c * 256 + d).toString(16);
  const high = (a * 256 + b).toString(16);
  return [
    bytes.join('.'),
    String(number),
    `0x${number.toString(16)}`,
    `0${number.toString(8)}`,
    `${a}.${(b * 256 + c) * 256 + d}`,
    `0x${a.toString(16)}.0${b.toString(8)}.${c * 256 + d}`,
    `${bytes.join('.')}.`,
    `::ffff:${bytes.join('.')}`,
    `[::ffff:${high}:${low}]`,
    `64:ff9b::${high}:${low}`,
    `2002:${high}:${low}::1`,
  ];
};

const byte = fc.integer({ min: 0, max: 255 });

test('an inner address is refused however it is written, and a metadata address even where all is opened', async () => {
  const closed = guardedNet('');
  const open = guardedNet(`0.0.0.0/0, ::/0`);
  const never = fc.constantFrom<readonly [number, number]>([169, 254], [0, 0], [224, 1], [255, 255]);
  const inside = fc.constantFrom<readonly [number, number]>(
    [127, 0],
    [10, 9],
    [192, 168],
    [172, 20],
    [100, 64],
    [169, 254],
    [0, 0],
  );
  await fc.assert(
    fc.asyncProperty(inside, never, byte, byte, async (some, bad, c, d) => {
      for (const text of spellings([...some, c, d])) await assert.rejects(closed.addresses(text), refused, text);
      for (const text of spellings([...bad, c, d])) await assert.rejects(open.addresses(text), refused, text);
    }),
  );
});

test('a public address stays itself, however it is written', async () => {
  const net = guardedNet('');
  await fc.assert(
    fc.asyncProperty(fc.tuple(byte, byte, byte, byte), async (bytes) => {
      fc.pre(kindOf(bytes.join('.')) === 'public');
      for (const text of spellings(bytes).slice(0, 7)) {
        assert.deepEqual(await net.addresses(text), [at(bytes.join('.'))], text);
      }
    }),
  );
});

test('no text at all gets past the judgement', async () => {
  const asked: string[] = [];
  const net = guardedNet('', (host) => {
    asked.push(host);
    return Promise.resolve([at('10.0.0.1')]);
  });
  await fc.assert(
    fc.asyncProperty(fc.string({ unit: 'binary', maxLength: 30 }), async (text) => {
      const found = await net.addresses(text).catch((error: { code?: string }) => error.code);
      if (found !== 'connect.forbidden')
        for (const { address } of found as readonly Address[]) assert.equal(kindOf(address), 'public');
    }),
  );
  for (const text of ['/tmp', '', 'a b', 'u@10.0.0.1', 'h:80', 'http://h', '%31', 'h/..', 'fe80::1%lo', '[::1'])
    assert.equal(normalHost(text), text.includes('%lo') ? text : undefined, text);
  for (const host of asked) assert.equal(normalHost(host), host);
});

test('a name is judged by all of its addresses', async () => {
  const leads = (...to: string[]) => guardedNet('10.0.0.0/8', () => Promise.resolve(to.map(at))).addresses('db.test');
  assert.deepEqual(await leads('8.8.8.8', '10.1.1.1'), [at('8.8.8.8'), at('10.1.1.1')]);
  await assert.rejects(leads('8.8.8.8', '127.0.0.1'), refused);
  await assert.rejects(leads('8.8.8.8', '169.254.169.254'), refused);
  await assert.rejects(leads(), refused);
});

test('behind a tunnel names are the other side’s, and no address of a cloud’s own', () => {
  const net = guardedNet('');
  for (const host of ['db.internal', '127.0.0.1', '10.0.0.5']) net.behind(host);
  for (const host of ['169.254.169.254', '0xa9fea9fe', '::ffff:169.254.169.254', '/tmp', '0'])
    assert.throws(() => net.behind(host), refused);
});

test('lists of networks', () => {
  assert.ok(parseNetworks(loopback)?.has('127.9.9.9') && parseNetworks(loopback)?.has('::1'));
  assert.ok(parseNetworks('fd12::/16')?.has('fd12::1') && !parseNetworks('')?.has('10.0.0.1'));
  for (const text of ['10.0.0.0/33', 'example.com', '10.0.0/8', '::/129', 'x'])
    assert.equal(parseNetworks(text), undefined, text);
});

test('a person goes anywhere, a redirect only outside', async () => {
  const net = personalNet();
  assert.deepEqual(await net.addresses('127.1'), [at('127.0.0.1')]);
  await assert.rejects(net.addresses('127.1', 'redirect'), refused);
});
