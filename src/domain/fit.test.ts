import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { fitFlow } from './fit.ts';
import { flowSpec } from './pipeline.ts';

const flow = (more: object) => flowSpec.parse({ stream: 's', fit: {}, ...more });

suite('flows that fit their stream', () => {
  test('names are found in any case, the exact one first', () => {
    const { rename } = fitFlow(flow({ rename: { email: 'mail', Id: 'id' } }), ['EMAIL', 'id', 'Id']);
    assert.deepEqual(rename, { EMAIL: 'mail', Id: 'id' });
  });

  test('what is renamed must be there', () => {
    assert.throws(() => fitFlow(flow({ rename: { email: 'mail' } }), ['a']), /no field "email"/);
  });

  test('identities that the stream does not have are left out', () => {
    const derive = {
      into: 'profiles',
      id: 'mpid',
      identities: ['email', 'phone'].map((field) => ({ field, type: field })),
      except: ['at', 'x'],
    };
    const fitted = fitFlow(flow({ derive }), ['Email', 'AT', 'plan']).derive;
    assert.deepEqual([fitted?.identities, fitted?.except, fitted?.id], [[{ field: 'Email', type: 'email' }], ['AT'], undefined]);
  });

  test('others get a name of their own, dropped ones none', () => {
    const { rename, mask } = fitFlow(flow({ fit: { others: 'x.{field}', drop: ['B', 'z'] }, rename: { a: 'y' } }), [
      'a',
      'b',
      '$c',
    ]);
    assert.deepEqual([rename, mask], [{ a: 'y', $c: 'x.$c' }, { b: 'drop' }]);
  });

  test('without a wish to fit, nothing changes', () => {
    const spec = flowSpec.parse({ stream: 's', rename: { A: 'b' } });
    assert.equal(fitFlow(spec, ['a']), spec);
  });
});
