/** A file with something wrong of each kind, and the fields that it is held to: what people look at when they work on the page. */

const countries = ['Germany', 'France', 'Spain', 'Italy'];

export const fields = [
  { label: 'Name', key: 'name', type: 'string', validators: [{ validate: 'required' }] },
  { label: 'E-mail', key: 'email', type: 'email', description: 'Where we write to', validators: [{ validate: 'unique' }] },
  { label: 'Age', key: 'age', type: ['number', { preset: 'integer', min: 0, max: 150 }] },
  { label: 'Price', key: 'price', type: ['number', 'usd'] },
  { label: 'Joined', key: 'joined', type: 'date' },
  {
    label: 'Country',
    key: 'country',
    type: 'select',
    selectOptions: countries.map((label) => ({ label, value: label.slice(0, 2).toUpperCase() })),
  },
  { label: 'Active', key: 'active', type: 'checkbox' },
  { label: 'Tag', key: 'tag', manyToOne: true, validators: [{ validate: 'length', max: 8, level: 'warning' }] },
  { label: 'Web site', key: 'url', type: 'url' },
  { label: 'Id', key: 'id', readOnly: true },
];

const line = (at: number): string => {
  const bad = (every: number): boolean => at % every === every - 1;
  return [
    bad(50) ? '' : `Person ${at}`,
    bad(17) ? `person${at} at example.com` : bad(40) ? 'same@example.com' : `person${at}@example.com`,
    bad(23) ? 'unknown' : String(20 + (at % 60)),
    bad(31) ? 'free' : `"${(at * 1.5).toFixed(2)}"`,
    bad(29) ? 'yesterday' : `2024-${String((at % 12) + 1).padStart(2, '0')}-${String((at % 28) + 1).padStart(2, '0')}`,
    bad(19) ? `Grmny${'?'.repeat(1 + (at % 2))}` : (countries[at % countries.length] ?? ''),
    at % 3 === 0 ? 'yes' : 'no',
    bad(37) ? 'a very long tag' : 'red',
    bad(13) ? '' : 'blue',
    bad(27) ? 'example com' : `https://example.com/${at}`,
    String(at),
    at % 100 === 99 ? '=1+1' : '<b>note</b>',
  ].join(',');
};

/** Texts that mean no country are put right in the rows: nobody is asked for all of them first. */
export const settings = {
  importIdentifier: 'people',
  title: 'Add people',
  invalidDataBehavior: 'BLOCK_SUBMIT',
  matchValuesStep: { maxMappableSelectValues: 1 },
};

/** csv with `rows` rows. */
export function* sample(rows: number): Generator<string> {
  yield 'Name,E-mail,Age,Price,Joined,Country,Active,Tag,Tag,Web site,Id,Remarks\n';
  for (let at = 0; at < rows; at += 1) yield `${line(at)}\n`;
}
