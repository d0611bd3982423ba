import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startReceiver } from '../../test/support/receiver.ts';
import { openTraces } from './traces.ts';

interface Sent {
  readonly resourceSpans: readonly {
    readonly scopeSpans: readonly {
      readonly spans: readonly {
        name: string;
        traceId: string;
        spanId: string;
        parentSpanId?: string;
        status: { code?: number };
      }[];
    }[];
  }[];
}

test('spans reach the collector, each under the one around it, and those of a request under its own', async () => {
  await using collector = await startReceiver();
  // The exporter reads its environment by itself.
  const endpoint = new URL(collector.url).origin;
  process.env['OTEL_EXPORTER_OTLP_ENDPOINT'] = endpoint;
  const traces = await openTraces(process.env, '0.0.0');
  const parent = `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01`;
  await traces.span('outer', { run: 'run_1' }, async () => await traces.span('inner', {}, () => Promise.resolve()), parent);
  await assert.rejects(traces.span('bad', {}, () => Promise.reject(new Error('Zaphod'))));
  await traces.stop();
  delete process.env['OTEL_EXPORTER_OTLP_ENDPOINT'];
  const spans = collector.posted.flatMap(({ body }) =>
    (JSON.parse(body) as Sent).resourceSpans.flatMap(({ scopeSpans }) => scopeSpans.flatMap((scope) => scope.spans)),
  );
  const [inner, outer, bad] = ['inner', 'outer', 'bad'].map((name) => spans.find((span) => span.name === name));
  assert.deepEqual([outer?.traceId, outer?.parentSpanId], ['a'.repeat(32), 'b'.repeat(16)]);
  assert.deepEqual([inner?.traceId, inner?.parentSpanId], [outer?.traceId, outer?.spanId]);
  assert.equal(bad?.status.code, 2);
  assert.doesNotMatch(JSON.stringify(collector.posted), /Zaphod/);
});

test('without a collector there is only the work', async () => {
  const traces = await openTraces({}, '0.0.0');
  assert.equal(await traces.span('x', {}, () => Promise.resolve(7)), 7);
  await traces.stop();
});
