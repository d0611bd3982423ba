import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { CursorPolicy } from '../../domain/policy.ts';
import { HeadgateError } from '../../domain/error.ts';
import { matchStreams } from './match.ts';
import { nameList, quoteName, quoteTable, quoteText } from './names.ts';
import { fromClause, rangePredicate, selectList, whereClause } from './select.ts';

test('names and literals are quoted, whatever is in them', () => {
  assert.equal(quoteName('a"b; --'), '"a""b; --"');
  assert.equal(quoteText(`it's \\ this`), `'it''s \\ this'`);
  assert.equal(quoteTable({ namespace: 's', name: 't' }), '"s"."t"');
  assert.equal(nameList(['a', 'b'], 'x'), 'x."a", x."b"');
  for (const quote of [quoteName, quoteText]) assert.throws(() => quote('a\0b'), HeadgateError);
});

test('a projection becomes a select list', () => {
  const projection = {
    columns: [
      { from: 'a', as: 'a' },
      { from: 'b', as: 'B' },
      { from: 'c', as: 'c', cast: { kind: 'text' } },
      { from: 'd', as: 'd', mask: 'hash' },
    ] as const,
  };
  assert.equal(
    selectList(projection, {
      cast: (expression) => `${expression}::text`,
      hash: (expression) => `sha(${expression})`,
      plain: (expression) => expression,
    }),
    '"a", "b" as "B", "c"::text as "c", sha("d") as "d"',
  );
});

test('queries and filters keep their comments to themselves', () => {
  assert.equal(fromClause({ name: 'q', query: ' select 1 -- one ; ' }), '(\nselect 1 -- one \n) as "q"');
  assert.equal(whereClause(['a -- x', undefined, 'b']), '\nwhere (a -- x\n)\n  and (b\n)');
  assert.equal(whereClause([undefined]), '');
});

test('ranges, and what becomes of NULL cursors', () => {
  const cursor: CursorPolicy = {
    field: 'c',
    window: { fromInclusive: true, toInclusive: false, advance: 'max-read' },
    nulls: 'include',
    strict: false,
  };
  assert.equal(rangePredicate(cursor, {}, true), undefined);
  assert.equal(
    rangePredicate(cursor, { lower: '1', upper: '2', also: 'x' }, true),
    '"c" is null or (("c" >= 1 or x) and "c" < 2)',
  );
  assert.equal(rangePredicate(cursor, { lower: '1' }, false), '"c" >= 1');
  assert.equal(rangePredicate({ ...cursor, nulls: 'skip' }, {}, true), '"c" is not null');
  assert.equal(rangePredicate({ ...cursor, nulls: 'skip' }, { lower: '1' }, true), '"c" is not null and "c" >= 1');
});

test('streams are found by exact names and by patterns', () => {
  const streams = ['orders', 'line_a', 'line_b', 'a.b'].map((name) => ({ stream: { namespace: 'public', name } }));
  const names = (name: string, namespace?: string): string =>
    matchStreams([{ name, ...(namespace !== undefined && { namespace }) }], streams, 'public')
      .map(({ stream }) => stream.name)
      .join();
  assert.equal(names('line_*'), 'line_a,line_b');
  assert.equal(names('public.line*'), 'line_a,line_b');
  assert.equal(names('*', 'pub*'), 'orders,line_a,line_b,a.b');
  assert.equal(names('a.b'), 'a.b');
  assert.throws(
    () => names('ordes'),
    (error: unknown) => error instanceof HeadgateError && error.hint === 'did you mean public.orders?',
  );
  assert.throws(() => names('line.*'), HeadgateError);
});
