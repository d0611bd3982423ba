import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate as loop } from 'node:timers/promises';
import { ahead, turn } from './turns.ts';

test('chunks come a few at a time, and everybody else in between', async () => {
  const seen: string[] = [];
  const chunks = Array.from({ length: 6 }, async () => {
    await turn();
    seen.push('chunk');
  });
  await Promise.all([
    ...chunks,
    (async () => {
      for (let round = 0; seen.filter((one) => one === 'chunk').length < 6; round++) {
        await loop();
        seen.push('other');
      }
    })(),
  ]);
  assert.doesNotMatch(seen.join(' '), /chunk chunk chunk/);
});

test('who is answered goes first, and uploads still come to their end meanwhile', async () => {
  const answered = Promise.withResolvers<void>();
  const request = ahead(async () => await answered.promise);
  for (let count = 0; count < 10; count++) await turn();
  answered.resolve();
  await request;
  await turn();
});
