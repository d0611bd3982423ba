import assert from 'node:assert/strict';
import { test } from 'node:test';
import { wishesOf } from './wishes.ts';

test('nobody wants to hear of a job that says nothing', () => assert.deepEqual(wishesOf(), []));

test('addresses hear of every end, people of theirs; what is no address of the web is asked nowhere', () => {
  const given = {
    urls: ['example.com/done', 'http://example.com/', 'ftp://example.com', 'http://'],
    successEmailAddresses: ['a@example.com', 'a@example.com'],
    failureEmailAddresses: ['b@example.com'],
    stallWarningMinutes: 5,
  };
  assert.deepEqual(wishesOf(given), [
    { channel: 'webhook', to: ['https://example.com/done'], events: ['run.succeeded', 'run.failed'] },
    { channel: 'webhook', to: ['http://example.com/'], events: ['run.succeeded', 'run.failed'] },
    { channel: 'email', to: ['a@example.com'], events: ['run.succeeded'] },
    { channel: 'email', to: ['b@example.com'], events: ['run.failed'] },
    { channel: 'email', to: ['b@example.com'], events: ['run.stalled'], stall_minutes: 5 },
  ]);
});

test('flags are about mails, not about addresses', () => {
  const given = { urls: ['example.com'], successEmailAddresses: ['a@example.com'], failureEmailAddresses: ['b@example.com'] };
  assert.deepEqual(
    wishesOf({ ...given, successOn: false, failureOn: false }).map(({ channel }) => channel),
    ['webhook'],
  );
});
