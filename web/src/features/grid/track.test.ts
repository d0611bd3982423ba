import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { drawn, height, longest, reveal, scrolled, scrollTopOf, type Track } from './track.ts';

const short: Track = { rows: 1000, row: 32, seen: 640 };
const long: Track = { rows: 1_000_000, row: 32, seen: 640 };
const start = { scrollTop: 0, place: { top: 0, shift: 0 } };

suite('the scroll track', () => {
  test('is as long as its rows while browsers can draw that', () => {
    assert.equal(height(short), 32_000);
    assert.deepEqual(scrolled(short, 5000, start), { top: 5000, shift: 0 });
  });

  test('is cut for very many rows, and its end is still the last row', () => {
    assert.equal(height(long), longest);
    const end = scrolled(long, longest - 640, start);
    assert.equal(end.top, 32_000_000 - 640);
    assert.equal(drawn(long, end.top).last, 999_999);
    assert.equal(scrolled(long, 0, { scrollTop: longest - 640, place: end }).top, 0);
  });

  test('a turn of the wheel moves by its own pixels wherever one is', () => {
    const middle = scrolled(long, longest / 2, start);
    const next = scrolled(long, longest / 2 + 100, { scrollTop: longest / 2, place: middle });
    assert.equal(next.top - middle.top, 100);
    assert.equal(next.shift, middle.shift);
  });

  test('a place and its position on the bar belong together', () => {
    for (const top of [0, 1, 40_000, 16_000_000, 32_000_000 - 640]) {
      const { top: again } = scrolled(long, scrollTopOf(long, top), { scrollTop: -1e9, place: { top: 0, shift: 0 } });
      assert.ok(Math.abs(again - top) <= 4, `${top} came back as ${again}`);
    }
  });

  test('a row is brought into view with as little movement as can be', () => {
    assert.equal(reveal(long, 3200, 110), 3200);
    assert.equal(reveal(long, 3200, 99), 99 * 32);
    assert.equal(reveal(long, 3200, 120), 121 * 32 - 640);
    assert.equal(reveal(long, 0, 999_999), 32_000_000 - 640);
  });

  test('a place of rounded pixels never loses the last row', () => {
    assert.deepEqual(drawn({ rows: 3, row: 32, seen: 640 }, 0), { first: 0, last: 2 });
    assert.deepEqual(drawn({ rows: 0, row: 32, seen: 640 }, 0), { first: 0, last: -1 });
  });
});
