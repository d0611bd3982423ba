/** docs/profiles.md against the code: its example is a derivation, its table has every key, its queries run. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { derivationSpec, rejectCodes } from '../../src/domain/derivation.ts';
import { derivationSite, destinations, type Spec } from '../support/derivation.ts';
import { startPostgres } from '../support/postgres.ts';

const page = readFileSync(join(import.meta.dirname, '../../docs/profiles.md'), 'utf8');
const blocks = (language: string): readonly string[] =>
  [...page.matchAll(new RegExp(`\`\`\`${language}\\n([\\s\\S]*?)\`\`\``, 'g'))].map(([, text = '']) => text);
const derive = derivationSpec.parse(JSON.parse(blocks('json derivation')[0] ?? ''));

const wordsOf = (heading: string): readonly (string | undefined)[] => {
  const section = page.split(`## ${heading}\n`)[1]?.split('\n## ')[0] ?? '';
  return [...section.matchAll(/^\| `([\w.]+)` \|/gm)].map(([, word]) => word);
};

test('every key and every reason to refuse a row is explained', () => {
  assert.deepEqual(wordsOf('What it may hold'), Object.keys(derivationSpec.shape));
  assert.deepEqual(wordsOf('Rows that are refused'), [...rejectCodes]);
});

const server = await startPostgres();
after(() => server.stop());

for (const destination of destinations) {
  test(`the queries answer in ${destination}`, async () => {
    await using site = await derivationSite(server, destination);
    await site.change(`create table people (customer_id int primary key, email text, plan text, updated_at timestamptz, internal_note text);
      insert into people values (1, 'ada@example.com', 'Pro', '2024-02-01', 'x'), (2, 'bob@example.com', 'Free', '2024-03-01', 'y')`);
    const spec: Spec = { stream: 'people', write: 'merge', derive };
    assert.equal((await site.run(spec)).error, undefined);
    assert.equal((await site.run({ ...spec, into: 'moves', derive: { ...derive, into: 'events' } })).error, undefined);
    const [plans, ada, written, events] = await Promise.all(blocks('sql').map(async (sql) => await site.ask(sql)));
    assert.deepEqual(plans, [
      ['Free', '1'],
      ['Pro', '1'],
    ]);
    assert.deepEqual(JSON.parse(ada?.[0]?.[0] ?? ''), { plan: 'Pro' });
    assert.deepEqual(
      written?.map(([property]) => property),
      ['plan', 'plan'],
    );
    assert.equal(events?.length, 2);
  });
}
