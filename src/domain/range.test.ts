import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { blame } from './fault.ts';
import { boundsOf, isDone, rangeOf, rangePolicy } from './range.ts';

const at = (text: string): Date => new Date(`${text}:00Z`);
const policy = (more: object = {}) => rangePolicy.parse({ mode: 'since_success', field: 'f', ...more });
const short = (date: Date | null): string | null => date && date.toISOString().slice(0, 16);

suite('ranges', () => {
  const cases: Readonly<Record<string, readonly [object, string | null, string, readonly (string | null)[], boolean]>> = {
    'the first one is open below': [{}, null, '2023-02-01T00:15', [null, '2023-02-01T00:15'], false],
    'the first one begins at the bound': [
      { from: '2020-01-01T00:00:00Z' },
      null,
      '2023-02-04T08:30',
      ['2020-01-01T00:00', '2023-02-04T08:30'],
      false,
    ],
    'others begin where the last good one ended': [
      { from: '2020-01-01T00:00:00Z' },
      '2023-02-04T08:30',
      '2023-02-08T12:05',
      ['2023-02-04T08:30', '2023-02-08T12:05'],
      false,
    ],
    'none goes beyond the upper bound': [
      { until: '2024-01-01T02:30:00Z' },
      '2024-01-01T02:00',
      '2024-01-01T03:00',
      ['2024-01-01T02:00', '2024-01-01T02:30'],
      false,
    ],
    'behind the upper bound is nothing': [
      { until: '2024-01-01T02:30:00Z' },
      '2024-01-01T02:30',
      '2024-01-01T04:00',
      ['2024-01-01T02:30', '2024-01-01T02:30'],
      true,
    ],
    'before the lower bound is nothing': [
      { from: '2024-01-02T00:00:00Z' },
      null,
      '2024-01-01T00:00',
      ['2024-01-02T00:00', '2024-01-01T00:00'],
      true,
    ],
    'an instant is a range': [
      { from: '2024-01-01T00:00:00Z' },
      null,
      '2024-01-01T00:00',
      ['2024-01-01T00:00', '2024-01-01T00:00'],
      false,
    ],
    'a fixed one is the same each time': [
      { mode: 'fixed', from: '2020-01-01T00:00:00Z', until: '2021-01-01T00:00:00Z' },
      '2022-01-01T00:00',
      '2023-01-01T00:00',
      ['2020-01-01T00:00', '2021-01-01T00:00'],
      false,
    ],
    'all rows have no range': [{ mode: 'whole' }, null, '2023-01-01T00:00', [null, null], false],
  };
  for (const [name, [more, done, upTo, range, empty]] of Object.entries(cases)) {
    test(name, () => {
      const found = rangeOf(policy(more), done === null ? null : at(done), at(upTo));
      assert.deepEqual([short(found.from), short(found.to), found.empty], [...range, empty]);
    });
  }

  test('a tick with nothing left passes, the first one never does', () => {
    assert.equal(isDone(policy(), at('2024-01-01T02:00'), at('2024-01-01T02:00')), true);
    assert.equal(isDone(policy(), at('2024-01-01T01:59'), at('2024-01-01T02:00')), false);
    assert.equal(isDone(policy({ from: '2025-01-01T00:00:00Z' }), null, at('2024-01-01T02:00')), false);
    assert.equal(isDone(policy({ mode: 'whole' }), at('2024-01-01T02:00'), at('2024-01-01T02:00')), false);
  });

  test('bounds are literals in the unit of the field, both included', () => {
    const range = { from: at('2023-03-01T14:28'), to: at('2023-03-02T00:00') };
    assert.deepEqual(boundsOf(range, 'instant'), {
      lower: "'2023-03-01 14:28:00.000'",
      upper: "'2023-03-02 00:00:00.000'",
    });
    assert.deepEqual(boundsOf(range, 'date'), { lower: "'2023-03-02'", upper: "'2023-03-02'" });
    assert.deepEqual(boundsOf(range, 'unix_ms'), { lower: '1677680880000', upper: '1677715200000' });
    assert.deepEqual(boundsOf({ from: null, to: new Date(1_677_715_200_999) }, 'unix_s'), { upper: '1677715200' });
  });

  test('who is at fault', () => {
    const codes = ['connect.refused', 'stream.query', 'field.missing', 'rows.limit', 'nonsense'];
    assert.deepEqual(
      codes.map((code) => blame(code, 'source')),
      ['connection', 'model', 'model', 'pipeline', 'pipeline'],
    );
    // A destination that cannot be reached, or refuses a statement, is nobody's fault but the pipeline's.
    assert.deepEqual(
      codes.map((code) => blame(code, undefined)),
      ['pipeline', 'pipeline', 'model', 'pipeline', 'pipeline'],
    );
  });
});
