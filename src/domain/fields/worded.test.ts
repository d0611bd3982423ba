import assert from 'node:assert/strict';
import { test } from 'node:test';
import { worded } from './worded.ts';

test('words of the owner stand where a field has none of its own', () => {
  const fields = [
    {
      label: 'A',
      key: 'a',
      type: 'us-zip-code' as const,
      validators: [{ validate: 'required' as const }, { validate: 'unique' as const, errorMessage: 'Twice' }],
    },
    { label: 'B', key: 'b', type: 'email' as const, invalidValueMessage: 'No mail' },
  ];
  const said = worded(fields, {
    REQUIRED: 'Please fill in',
    unique: 'No',
    'us-zip-code': 'No zip',
    email: 'No',
    number: 7,
    x: '',
  });
  assert.deepEqual(said, [
    {
      ...fields[0],
      invalidValueMessage: 'No zip',
      validators: [
        { validate: 'required', errorMessage: 'Please fill in' },
        { validate: 'unique', errorMessage: 'Twice' },
      ],
    },
    fields[1],
  ]);
  assert.equal(worded(fields, {}), fields);
});
