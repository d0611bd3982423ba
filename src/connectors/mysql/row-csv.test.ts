import assert from 'node:assert/strict';
import { hash } from 'node:crypto';
import { test } from 'node:test';
import { Packets } from './packets.ts';
import { RowEncoder, type Form } from './row-csv.ts';

const cell = (value: string | Buffer | null): Buffer => {
  if (value === null) return Buffer.of(0xfb);
  const bytes = Buffer.from(value);
  if (bytes.length < 251) return Buffer.concat([Buffer.of(bytes.length), bytes]);
  const head = Buffer.alloc(4, 0xfd);
  head.writeUIntLE(bytes.length, 1, 3);
  return Buffer.concat([head, bytes]);
};

function encode(form: Form, ...values: readonly (string | Buffer | null)[]): string {
  const encoder = new RowEncoder([form]);
  for (const value of values) {
    const row = cell(value);
    encoder.add(row, 0, row.length);
  }
  return encoder.take().toString();
}

test('NULL is nothing, the empty string is quoted, and quotes are doubled', () => {
  assert.equal(
    encode('text', null, '', 'a', 'a,b', 'say "x"', '"', '""', 'x\ny', '\r'),
    '\n""\na\n"a,b"\n"say ""x"""\n""""\n""""""\n"x\ny"\n"\r"\n',
  );
});

test('a text of any length and any quotes keeps its bytes', () => {
  for (const length of [23, 24, 25, 300, 70_000, 1_200_000]) {
    const text = 'é"漢,'.repeat(Math.ceil(length / 4));
    assert.equal(encode('text', text), `"${text.replaceAll('"', '""')}"\n`);
  }
});

test('bytes are hexadecimal', () => assert.equal(encode('hex', Buffer.of(0, 255, 16), ''), '\\x00ff10\n\\x\n'));

test('fractions lose the zeros at their end, instants get their zone', () => {
  assert.equal(
    encode('time', '10:00:00.120000', '10:00:00.000000', '10:00:00', '-838:59:59.000001'),
    '10:00:00.12\n10:00:00\n10:00:00\n-838:59:59.000001\n',
  );
  assert.equal(
    encode('instant', '2024-03-10 02:30:00.500000', '2024-01-10 00:00:00'),
    '2024-03-10 02:30:00.5+00\n2024-01-10 00:00:00+00\n',
  );
});

test('exponents have a sign and two digits', () => {
  assert.equal(encode('float', '1e300', '1.5e-7', '-2e17', '0.1', '123'), '1e+300\n1.5e-07\n-2e+17\n0.1\n123\n');
});

test('a mask is the digest of the wire text, without the quotes that it would have', () => {
  const sha256 = (text: string): string => hash('sha256', text);
  assert.equal(encode('sha256 of text', '', 'say "x"', null), `${sha256('')}\n${sha256('say "x"')}\n\n`);
  assert.equal(encode('sha256 of hex', Buffer.of(255)), `${sha256('\\xff')}\n`);
  assert.equal(encode('sha256 of instant', '2024-01-10 00:00:00.500'), `${sha256('2024-01-10 00:00:00.5+00')}\n`);
});

/** As a server sends them: a payload of 16 MB or more in several packets. */
const framed = (payloads: readonly string[]): Buffer =>
  Buffer.concat(
    payloads.flatMap((payload) => {
      const parts: Buffer[] = [];
      for (let at = 0; ; at += 0xffffff) {
        const part = Buffer.from(payload.slice(at, at + 0xffffff));
        const head = Buffer.alloc(4);
        head.writeUIntLE(part.length, 0, 3);
        parts.push(head, part);
        if (part.length < 0xffffff) return parts;
      }
    }),
  );

test('packets come out whole, however the socket cuts them', () => {
  const short = ['', 'a', 'b'.repeat(300), '', '', 'c'.repeat(20)];
  const long = [...short, 'd'.repeat(0xffffff), 'e'.repeat(0xffffff + 5), 'f'];
  for (const [payloads, sizes] of [
    [short, [1, 2, 3, 5, 7, 30]],
    [long, [65_536, 1_000_003, 40_000_000]],
  ] as const) {
    const stream = framed(payloads);
    for (const size of sizes) {
      const packets = new Packets();
      const seen: string[] = [];
      for (let at = 0; at < stream.length; at += size) {
        packets.push(stream.subarray(at, at + size), (data, start, end) => seen.push(data.toString('latin1', start, end)) > 0);
      }
      assert.deepEqual(
        seen.map((text) => [text.length, text[0]]),
        payloads.map((text) => [text.length, text[0]]),
        `${size} bytes at a time`,
      );
    }
  }
});
