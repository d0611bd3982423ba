import assert from 'node:assert/strict';
import { HeadgateError } from '../../../src/domain/error.ts';
import type { Connection, Finding } from '../../../src/sdk/index.ts';
import type { Guarantee, Trial } from '../kit.ts';
import { people } from '../samples.ts';

type Side = 'source' | 'destination';

/** What is wrong with a connection: what opening it says, or else what its check finds. */
async function problems(trial: Trial, connection: Connection, side: Side): Promise<readonly Finding[]> {
  const facts = connection[side];
  assert.ok(facts);
  try {
    await using opened = await facts.open(trial.context);
    return await opened.check();
  } catch (error) {
    assert.ok(error instanceof HeadgateError, `a HeadgateError, not ${String(error)}`);
    return [{ level: 'error', code: error.code, message: error.message, hint: error.hint }];
  }
}

function checks(needs: Side): readonly Guarantee[] {
  return [
    {
      name: 'a working connection passes its check',
      needs,
      run: async (trial) => {
        const connection = needs === 'source' ? (await trial.place.create(people)).connection : trial.place.connection;
        const errors = (await problems(trial, connection, needs)).filter(({ level }) => level === 'error');
        assert.deepEqual(errors, []);
      },
    },
    {
      name: 'a connection that cannot work says why, with a code and a hint',
      needs,
      run: async (trial) => {
        const broken = trial.kit.broken.filter(({ connection }) => connection[needs]);
        assert.notEqual(broken.length, 0, 'the kit has a broken connection');
        for (const { what, connection, code } of broken) {
          const errors = (await problems(trial, connection, needs)).filter(({ level }) => level === 'error');
          assert.ok(
            errors.some((finding) => finding.code === code && finding.hint),
            `${what}: ${code} among ${JSON.stringify(errors.map((finding) => finding.code))}`,
          );
        }
      },
    },
  ];
}

export const sourceConnection: readonly Guarantee[] = checks('source');
export const destinationConnection: readonly Guarantee[] = checks('destination');
