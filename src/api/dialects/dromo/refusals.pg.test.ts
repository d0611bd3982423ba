/** What is wrong with fields and settings is said with its path, in the client's own names. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { open, type Bench, type Fields } from './harness.ts';

let bench: Bench;
before(async () => {
  bench = await open();
});
after(async () => await bench.close());

const field = (more: object): object => ({ label: 'A', key: 'a', ...more });
const typed = (type: unknown): object => field({ type });
const options = [{ label: 'x', value: 'y', alternateMatches: ['z', 'z'] }];

const refused: readonly (readonly [object, string])[] = [
  [typed(['number', { outputFormat: { mantissa: 'x' } }]), 'fields[0].type[1].outputFormat.mantissa: '],
  [typed(['number', { displayFormat: { output: 'colour' } }]), 'fields[0].type[1].displayFormat.output: '],
  [typed(['number', { preset: 'gold' }]), 'fields[0].type[1].preset: '],
  [typed(['number', 'gold']), 'fields[0].type[1]: '],
  [typed(['number', { round: 'x' }]), 'fields[0].type[1].round: '],
  [typed(['date', { locale: 5 }]), 'fields[0].type[1].locale: '],
  [typed(['date', { displayFormat: 'jjjj' }]), 'fields[0].type[1]: '],
  [typed(['date', { autofix: 'no' }]), 'fields[0].type: '],
  [typed(['date', { autofix: 1 }]), 'fields[0].type: '],
  [typed(['datetime', { withSeconds: 'yes' }]), 'fields[0].type[1].withSeconds: '],
  [typed(['country', { format: '4-letter' }]), 'fields[0].type[1].format: '],
  [typed(['uuid', { version: 99 }]), 'fields[0].type[1].version: '],
  [typed(['phone-number', { country: 'XX' }]), 'fields[0].type[1]: '],
  [typed(['string', { odd: 1 }]), 'fields[0].type: '],
  [typed(['string', 'odd']), 'fields[0].type: '],
  [
    field({ type: ['multi-select', { delimiter: '' }], selectOptions: [{ label: 'x', value: 'y' }] }),
    'fields[0].type[1].delimiter: ',
  ],
  [field({ validators: [{ validate: 'regex_match', regex: '^(a+)+(?<!b)$' }] }), 'fields[0].validators[0]: '],
  [field({ type: 'select', selectOptions: options }), 'fields[0].selectOptions: '],
  [field({ key: '__proto__' }), 'fields[0].key: '],
];

for (const [one, place] of refused) {
  test(`refused: ${JSON.stringify(one)}`, async () => {
    const made = await bench.ask('POST', '/api/v1/headless/imports/', { fields: [one], original_filename: 'a.csv' });
    const saved = await bench.ask('POST', '/api/v1/schemas/', { name: 'x', fields: [one], settings: { importIdentifier: 'x' } });
    for (const { status, body } of [made, saved]) {
      assert.equal(status, 400);
      const [said = ''] = ((body as Fields)['fields'] ?? []) as readonly string[]; // texts by key
      assert.ok(said.startsWith(place), JSON.stringify(body));
    }
  });
}

test('formats of days and times may have any token of Luxon', async () => {
  const tokens = 'S SSS u uu uuu ZZ ZZZZZ z yyyyyy GGGGG kk nn iiii ooo DDDD tttt TTTT ffff FFFF X x'.split(' ');
  const fields = ['date', 'datetime', 'time'].flatMap((type) =>
    tokens.map((token) => {
      const name = `${type} ${token}`;
      return { label: name, key: name, type: [type, { displayFormat: token, outputFormat: token }] };
    }),
  );
  assert.equal((await bench.ask('POST', '/api/v1/headless/imports/', { fields, original_filename: 'a.csv' })).status, 201);
});

test('numbers with a fraction are bounds', async () => {
  const fields = [typed(['number', { min: 0.5, max: 99.99 }])];
  assert.equal((await bench.ask('POST', '/api/v1/headless/imports/', { fields, original_filename: 'a.csv' })).status, 201);
});

test('settings that exclude each other, one saved and one sent', async () => {
  const saved = { name: 'm', fields: [field({})], settings: { importIdentifier: 'm', manualInputOnly: true } };
  const { body } = await bench.ask('POST', '/api/v1/schemas/', saved);
  const wanted = { schema_id: (body as Fields)['id'], original_filename: 'a.csv', settings: { manualInputDisabled: true } }; // an object
  const made = await bench.ask('POST', '/api/v1/headless/imports/', wanted);
  assert.equal(made.status, 400);
  assert.match(JSON.stringify(made.body), /settings\.manualInputOnly/);
});

test('a field that is called as what no field takes, where rows bring that along', async () => {
  const ask = async (path: string, settings: object, more: object): Promise<readonly unknown[]> => {
    const fields = [field({}), { label: 'U', key: '$unmapped' }];
    const { status, body } = await bench.ask('POST', path, { fields, settings: { importIdentifier: 'u', ...settings }, ...more });
    return [status, status === 400 ? body : undefined];
  };
  const [imports, schemas] = ['/api/v1/headless/imports/', '/api/v1/schemas/'];
  const passed = { passThroughUnmappedColumns: true };
  const said = [400, { fields: ['fields[1].key: rows have $unmapped of their own with passThroughUnmappedColumns'] }];
  assert.deepEqual(await ask(imports, passed, { original_filename: 'a.csv' }), said);
  assert.deepEqual(await ask(schemas, passed, { name: 'u' }), said);
  assert.deepEqual(await ask(imports, {}, { original_filename: 'a.csv' }), [201, undefined]);
  assert.deepEqual(await ask(schemas, {}, { name: 'u' }), [201, undefined]);
});
