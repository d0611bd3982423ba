import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { eventBatch, requestEnd, userBatch } from './event-batch.ts';
import { marked, nextAttempt } from './forward.ts';

suite('batches', () => {
  test('an event with everything in its place, and every digit', () => {
    const properties = `{"event_type":"screen_view","data.event_name":"Home","data.custom_attributes.n":9007199254740993,"data.custom_attributes.d":1.10,
      "user_identities.email":"a@x","user_attributes.tags":["a",1e400],"device_info.os":"x","mpid":"77","ip":"10.0.0.1","page":"/"}`;
    const labels = { environment: 'development', data_plan: 'p', data_plan_version: '2', feed: '9' };
    assert.equal(
      eventBatch({ id: 'e1', at: '1700000000001', properties }, labels),
      '{"source_request_id":"e1","environment":"development","context":{"data_plan":{"plan_id":"p","plan_version":2}},"partner_feed_id":9,' +
        '"mpid":77,"ip":"10.0.0.1","user_identities":{"email":"a@x"},"user_attributes":{"tags":["a",1e400]},"device_info":{"os":"x"},' +
        '"events":[{"event_type":"screen_view","data":{"event_name":"Home","timestamp_unixtime_ms":1700000000001,"source_message_id":"e1",' +
        '"custom_attributes":{"n":9007199254740993,"d":1.10,"page":"/"}}}]}',
    );
  });

  test('a name that JavaScript has a meaning for is a name', () => {
    const batch = eventBatch({ id: 'e', at: '0', properties: '{"constructor":1,"__proto__":2}' }, {});
    assert.match(batch, /"custom_attributes":\{"constructor":1,"__proto__":2\}/);
  });

  test('a user has no events', () => {
    const attributes = [
      ['plan', '"pro"'],
      ['balance', '10.50'],
    ] as const;
    assert.equal(
      userBatch({ id: 'u', profile: 'abc', identities: { email: 'a@x' }, attributes }, {}),
      '{"source_request_id":"u","environment":"production","user_identities":{"email":"a@x"},"user_attributes":{"plan":"pro","balance":10.50},"events":[]}',
    );
    assert.match(userBatch({ id: 'u', profile: '12', identities: {}, attributes }, {}), /"mpid":12,/);
  });

  test('a request ends at its most batches or bytes, and has one at least', () => {
    const small = Array.from({ length: 7 }, () => '{}');
    assert.deepEqual([requestEnd(small, 0, 3), requestEnd(small, 6, 3)], [3, 7]);
    const large = ['x'.repeat(600_000), 'x'.repeat(600_000), 'x'.repeat(2_000_000), '{}'];
    assert.deepEqual([requestEnd(large, 0, 9), requestEnd(large, 1, 9), requestEnd(large, 2, 9)], [1, 2, 3]);
  });
});

suite('forwards', () => {
  test('marks of others stay', () => {
    const to = { seq: '2', id: 'b' };
    assert.deepEqual(marked({ x: { events: to } }, 'x', 'profiles', to), { x: { events: to, profiles: to } });
  });

  test('waits grow to ten minutes, and no further', () => {
    const now = new Date(0);
    assert.deepEqual(
      [1, 2, 5, 1000].map((failures) => nextAttempt(failures, now, 0.5).getTime()),
      [1000, 2000, 16_000, 600_000],
    );
  });
});
