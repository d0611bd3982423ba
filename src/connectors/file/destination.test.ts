import assert from 'node:assert/strict';
import { copyFile, mkdir, mkdtemp, readFile, readdir, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import { after, before, test } from 'node:test';
import type { Brake } from '../../domain/policy.ts';
import { parseType } from '../../domain/types.ts';
import type { Context, Destination, PublishRequest, PublishResult, Target } from '../../sdk/index.ts';
import { openDuck } from '../../staging/duck.ts';
import { FileDestination } from './destination.ts';
import { fileConfig, parseLocation } from './location.ts';
import { readManifest } from './manifest.ts';
import { RecordCounter } from './records.ts';
import { StdoutDestination } from './stdout.ts';
import { personalFiles } from '../../files/folders.ts';
import { personalNet } from '../../net/net.ts';

/** The number of no process. */
const nobody = '4194304999';

let folder: string;
let context: Context;
/** Called at every failpoint: a test that throws here ends the publish as a kill would. */
let atFailpoint: (name: string) => void = () => undefined;

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'file-destination-'));
  const { signal } = new AbortController();
  context = {
    signal,
    scratch: folder,
    log: { info: () => undefined, warn: () => undefined },
    duck: async (options = {}) => await openDuck(options, { scratch: folder, signal }),
    net: personalNet(),
    files: personalFiles,
    failpoint: (name) => {
      atFailpoint(name);
      return Promise.resolve();
    },
  };
});
after(async () => await rm(folder, { recursive: true }));

const open = (location: string): FileDestination => new FileDestination(fileConfig.parse(parseLocation(location)), context);

function target(mode: 'replace' | 'append', name = 't', overlap?: Target['overlap']): Target {
  const fields = [
    { name: 'id', type: parseType('bigint'), nullable: true },
    { name: 'a "b", c', type: parseType('text'), nullable: true },
  ];
  const policy = { mode, nulls: 'write', deletes: 'hard', existing: 'any', evolution: 'evolve' } as const;
  return { table: { name }, schema: { fields }, policy, add: [], widen: [], content: 'rows', ...(overlap && { overlap }) };
}

const header = 'id,"a ""b"", c"\n';

interface Given {
  readonly token: string;
  readonly documents: readonly string[];
  readonly brake?: Brake;
  readonly format?: string;
  readonly fence?: number;
}

async function stageAll(
  destination: Destination,
  to: Target,
  { token, documents, brake, format = 'csv', fence = 1 }: Given,
): Promise<PublishRequest> {
  const staged = [];
  for (const [ordinal, document] of documents.entries()) {
    await using writer = await destination.open({ target: to, format, pipeline: 'p', attempt: `run.${token}`, ordinal });
    // eslint-disable-next-line @typescript-eslint/require-await -- the contract takes an async iterable
    await writer.write(
      (async function* () {
        for (let at = 0; at < document.length; at += 7) yield Buffer.from(document.slice(at, at + 7));
      })(),
    );
    staged.push(await writer.flush());
  }
  const tables = [{ target: to, staged, ...(brake && { brake }) }];
  return { token, pipeline: 'p', run: 'r', fence, positions: { s: { at: token } }, tables, checksums: [] };
}

async function publish(destination: Destination, to: Target, given: Omit<Given, 'fence'>): Promise<PublishResult> {
  const { fence } = await destination.claim('p');
  return await destination.publish(await stageAll(destination, to, { ...given, fence }));
}

const counts = ({ tables }: PublishResult): readonly (readonly number[])[] =>
  tables.map(({ staged, added, deduplicated }) => [staged, added, deduplicated]);

async function hidden(): Promise<readonly string[]> {
  return (await readdir(folder)).filter((name) => name.startsWith('.') || name.includes('.lock') || name.endsWith('.tmp'));
}

test('records are counted outside quotes, however the bytes are cut', () => {
  const document = Buffer.from('1,"a\n""b"""\n2,\n"\n",""\n');
  for (let size = 1; size <= document.length; size++) {
    const counter = new RecordCounter('csv');
    for (let at = 0; at < document.length; at += size) counter.push(document.subarray(at, at + size));
    assert.deepEqual([counter.rows, counter.whole], [3, true]);
  }
});

test('replace writes header and records; append adds behind them; true counts', async () => {
  const path = join(folder, 'a.csv');
  const destination = open(path);
  assert.equal(await destination.describe({ name: 't' }), undefined);
  assert.deepEqual(await destination.ledger('p'), []);
  assert.deepEqual(counts(await publish(destination, target('replace'), { token: '1', documents: ['1,"x\ny"\n', '2,""\n'] })), [
    [2, 2, 0],
  ]);
  assert.equal(await readFile(path, 'utf8'), `${header}1,"x\ny"\n2,""\n`);
  assert.deepEqual(counts(await publish(destination, target('append'), { token: '2', documents: ['3,\n'] })), [[1, 1, 0]]);
  assert.equal(await readFile(path, 'utf8'), `${header}1,"x\ny"\n2,""\n3,\n`);
  await publish(destination, target('replace'), { token: '3', documents: [''] });
  assert.equal(await readFile(path, 'utf8'), header);
  assert.deepEqual(
    (await destination.ledger('p')).map(({ token }) => token),
    ['3', '2', '1'],
  );
  assert.deepEqual(
    (await destination.describe({ name: 't' }))?.schema.fields.map(({ name }) => name),
    ['id', 'a "b", c'],
  );
  assert.deepEqual(await hidden(), []);
});

test('the same token publishes once; an old fence is refused; counts are checked', async () => {
  const destination = open(join(folder, 'b.csv'));
  await publish(destination, target('append'), { token: '1', documents: ['1,a\n'] });
  const again = await publish(destination, target('append'), { token: '1', documents: ['1,a\n'] });
  assert.deepEqual([again.status, counts(again)], ['already', [[1, 1, 0]]]);
  const { fence, last } = await destination.claim('p');
  assert.equal(last?.token, '1');
  const late = await stageAll(destination, target('append'), { token: '2', documents: ['2,b\n'], fence });
  await destination.claim('p', fence + 5);
  await assert.rejects(destination.publish(late), { code: 'publish.fenced' });
  await assert.rejects(destination.claim('p', fence), { code: 'publish.fenced' });
  const short = await stageAll(destination, target('append'), { token: '3', documents: ['3,c\n4,d\n'], fence: fence + 5 });
  await writeFile(short.tables[0]?.staged[0]?.ref ?? '', `${header}3,c\n`);
  await assert.rejects(destination.publish(short), { code: 'publish.counts' });
  assert.equal(await readFile(join(folder, 'b.csv'), 'utf8'), `${header}1,a\n`);
  await destination.claim('p');
  assert.deepEqual(await hidden(), []);
});

test('a document that ends inside a record is refused, and nothing of it stays', async () => {
  const destination = open(join(folder, 'c.csv'));
  await assert.rejects(publish(destination, target('replace'), { token: '1', documents: ['1,a\n2,"b'] }), {
    code: 'read.incomplete',
  });
  assert.deepEqual(await hidden(), []);
});

test('a replace that would lose most rows is held', async () => {
  const path = join(folder, 'd.csv');
  const destination = open(path);
  await publish(destination, target('replace'), { token: '1', documents: ['1,a\n2,b\n3,c\n4,d\n'] });
  const before = await readFile(path, 'utf8');
  const held = await publish(destination, target('replace'), {
    token: '2',
    documents: ['1,a\n'],
    brake: { share: 0.3, floor: 1 },
  });
  assert.deepEqual([held.status, held.held], ['held', { table: 't', before: 4, deleted: 3, incoming: 1 }]);
  assert.equal(await readFile(path, 'utf8'), before);
  assert.deepEqual(await hidden(), []);
});

test('append takes rows that were read again once, with a key or as a multiset', async () => {
  const path = join(folder, 'e.csv');
  const destination = open(path);
  await publish(destination, target('append'), { token: '1', documents: ['1,a\n2,b\n2,b\n'] });
  const keyed = target('append', 't', { cursor: 'id', key: ['id'] });
  assert.deepEqual(counts(await publish(destination, keyed, { token: '2', documents: ['2,b\n3,"c,"\n'] })), [[2, 1, 1]]);
  const keyless = target('append', 't', { cursor: 'id' });
  assert.deepEqual(counts(await publish(destination, keyless, { token: '3', documents: ['2,b\n2,b\n2,b\n4,\n'] })), [[4, 2, 2]]);
  assert.equal(await readFile(path, 'utf8'), `${header}1,a\n2,b\n2,b\n3,"c,"\n2,b\n4,\n`);
  const lines = open(join(folder, 'e.ndjson'));
  const line = (id: number): string => `{"id":${id},"a \\"b\\", c":"x","n":1.10}\n`;
  await publish(lines, target('append'), { token: '1', documents: [line(1) + line(2)], format: 'ndjson' });
  assert.deepEqual(counts(await publish(lines, keyed, { token: '2', documents: [line(2) + line(3)], format: 'ndjson' })), [
    [2, 1, 1],
  ]);
  assert.equal(await readFile(join(folder, 'e.ndjson'), 'utf8'), line(1) + line(2) + line(3));
});

test('append refuses other columns, another dialect, and adds the line end that is missing', async () => {
  const path = join(folder, 'f.csv');
  const destination = open(path);
  const one = { token: '1', documents: ['1,a\n'] };
  for (const content of ['id,other\n', 'id;"a ""b"", c"\n', `${header.trimEnd()}\r\n1,b\r\n`]) {
    await writeFile(path, content);
    await assert.rejects(publish(destination, target('append'), one), { code: 'schema.incompatible' });
    assert.equal(await readFile(path, 'utf8'), content);
  }
  await writeFile(path, `${header}0,z`);
  await publish(destination, target('append'), one);
  assert.equal(await readFile(path, 'utf8'), `${header}0,z\n1,a\n`);
});

test('a kill at any step leaves the old file or the new one, and the same token never writes twice', async () => {
  for (const point of ['file.staged', 'file.publish.pending', 'file.publish.renamed', 'file.publish.committed']) {
    const path = join(folder, `${point}.csv`);
    await publish(open(path), target('append'), { token: '1', documents: ['1,a\n'] });
    // The state on disk right at the failpoint, without anything that a living process would still do.
    const frozen = await mkdtemp(join(folder, 'frozen-'));
    let copied: Promise<unknown> = Promise.resolve();
    const dying: Context = {
      ...context,
      failpoint: async (name) => {
        if (name !== point) return;
        copied = Promise.all(
          (await readdir(folder))
            .filter((file) => file.includes(point) && !file.endsWith('.lock'))
            .map((file) => copyFile(join(folder, file), join(frozen, file))),
        );
        await copied;
        throw new Error('killed');
      },
    };
    const killed = new FileDestination(fileConfig.parse(parseLocation(path)), dying);
    await assert.rejects(publish(killed, target('append'), { token: '2', documents: ['2,b\n'] }));
    await copied;
    for (const file of (await readdir(folder)).filter((name) => name.includes(point))) await rm(join(folder, file));
    for (const file of await readdir(frozen)) await rename(join(frozen, file), join(folder, file));
    await rm(frozen, { recursive: true });
    for (const lock of ['lock', 'lock.break']) await symlink(nobody, `${path}.headgate.json.${lock}`);
    const seen = await readFile(path, 'utf8');
    assert.ok([`${header}1,a\n`, `${header}1,a\n2,b\n`].includes(seen), point);
    const next = open(path);
    const decided = point !== 'file.staged';
    assert.deepEqual(
      (await next.ledger('p')).map(({ token }) => token),
      decided ? ['2', '1'] : ['1'],
      point,
    );
    const replay = await publish(next, target('append'), { token: '2', documents: ['2,b\n'] });
    assert.equal(replay.status, decided ? 'already' : 'published', point);
    assert.equal(await readFile(path, 'utf8'), `${header}1,a\n2,b\n`, point);
    await next.claim('p');
    assert.deepEqual(await hidden(), [], point);
  }
});

test('a pending publish whose new file is lost is forgotten: the old one stands', async () => {
  const path = join(folder, 'g.csv');
  await publish(open(path), target('replace'), { token: '1', documents: ['1,a\n'] });
  atFailpoint = (name) => {
    if (name === 'file.publish.pending') throw new Error('killed');
  };
  await assert.rejects(publish(open(path), target('replace'), { token: '2', documents: ['2,b\n'] }));
  atFailpoint = () => undefined;
  const { pending } = await readManifest(`${path}.headgate.json`);
  await rm(pending?.moves[0]?.from ?? '');
  assert.equal((await open(path).claim('p')).last?.token, '1');
  assert.equal(await readFile(path, 'utf8'), `${header}1,a\n`);
});

test('several streams of one command take turns, and so do their failures', async () => {
  const path = join(folder, 'turns.csv');
  const claims = await Promise.allSettled(
    ['p', 'q', 'r'].flatMap((name) => [open(path).claim(name), open(path).claim(name, -1)]),
  );
  assert.deepEqual(
    claims.map(({ status }) => status),
    ['fulfilled', 'rejected', 'fulfilled', 'rejected', 'fulfilled', 'rejected'],
  );
});

test('a lock of a living process is respected, one of a dead process is not', async () => {
  const path = join(folder, 'h.csv');
  const lock = `${path}.headgate.json.lock`;
  await symlink(String(process.pid), lock);
  await assert.rejects(open(path).claim('p'), { code: 'publish.busy' });
  await rm(lock);
  await symlink(nobody, lock);
  assert.equal((await open(path).claim('p')).fence, 1);
  assert.deepEqual(await hidden(), []);
});

test('a newer ledger, a foreign one, a missing folder', async () => {
  const path = join(folder, 'i.csv');
  await writeFile(`${path}.headgate.json`, '{"version":99}');
  await assert.rejects(open(path).ledger('p'), { code: 'ledger.newer' });
  await writeFile(`${path}.headgate.json`, 'hello');
  await assert.rejects(open(path).claim('p'), { code: 'file.format' });
  const nowhere = open(join(folder, 'nowhere', 'x.csv'));
  assert.equal((await nowhere.check())[0]?.code, 'file.missing');
  await assert.rejects(nowhere.claim('p'), { code: 'file.missing' });
});

test('a pattern names one file per table under one ledger', async () => {
  const destination = open(`${join(folder, 'out')}/?format=csv`);
  const { fence } = await destination.claim('p');
  const one = await stageAll(destination, target('replace', 'one'), { token: '1', documents: ['1,a\n'], fence });
  const two = await stageAll(destination, target('replace', 'two'), { token: '1', documents: ['2,b\n'], fence });
  await destination.publish({ ...one, tables: [...one.tables, ...two.tables] });
  assert.equal(await readFile(join(folder, 'out', 'two.csv'), 'utf8'), `${header}2,b\n`);
  assert.deepEqual((await readdir(join(folder, 'out'))).sort(), ['headgate.json', 'one.csv', 'two.csv']);
});

test('a claim removes what a killed run left where files of its pattern lie, and looks nowhere else', async () => {
  const left = '.t.csv.headgate-p-0';
  const isLeft = async (location: string, at: string): Promise<boolean> => {
    await mkdir(join(folder, 'claims', 'deep', 'deeper'), { recursive: true });
    await writeFile(join(folder, 'claims', at, left), '');
    await open(join(folder, 'claims', location)).claim('p');
    return existsSync(join(folder, 'claims', at, left));
  };
  assert.equal(await isLeft('{stream}.csv', '.'), false);
  assert.equal(await isLeft('{stream}.csv', 'deep'), true);
  assert.equal(await isLeft('{stream}/t.csv', 'deep'), false);
  assert.equal(await isLeft('{stream}/t.csv', 'deep/deeper'), true);
});

test('folders that come and go beside the files stop no claim', async () => {
  const base = join(folder, 'busy');
  await mkdir(base);
  const destination = open(join(base, '{stream}', 't.csv'));
  let over = false;
  const others = (async () => {
    for (let i = 0; !over; i++) {
      await mkdir(join(base, `other-${i % 50}`, 'x'), { recursive: true });
      await rm(join(base, `other-${(i + 25) % 50}`), { recursive: true, force: true });
    }
  })();
  for (let i = 0; i < 100; i++) await destination.claim('p');
  over = true;
  await others;
});

test('parquet is replaced as a whole, and its rows are those of its footer', async () => {
  const source = join(folder, 'source.parquet');
  await using duck = await context.duck();
  await duck.run(`copy (select * from range(7) t(id)) to '${source}' (format parquet)`);
  const path = join(folder, 'k.parquet');
  const destination = open(path);
  const { fence } = await destination.claim('p');
  await using writer = await destination.open({
    target: target('replace'),
    format: 'parquet',
    pipeline: 'p',
    attempt: 'a',
    ordinal: 0,
  });
  const bytes = await readFile(source);
  // eslint-disable-next-line @typescript-eslint/require-await -- the contract takes an async iterable
  await writer.write(
    (async function* () {
      yield bytes;
    })(),
  );
  const staged = await writer.flush();
  assert.equal(staged.rows, 7);
  const request = { token: '1', pipeline: 'p', run: 'r', fence, positions: {}, checksums: [] };
  await destination.publish({ ...request, tables: [{ target: target('replace'), staged: [staged] }] });
  assert.deepEqual(await readFile(path), bytes);
  await assert.rejects(
    destination.open({ target: target('append'), format: 'parquet', pipeline: 'p', attempt: 'a', ordinal: 0 }),
    { code: 'usage.mode' },
  );
});

test('standard output gets the whole document once it is complete', async () => {
  const output = new PassThrough({ highWaterMark: 16 });
  const seen = text(output);
  const destination = new StdoutDestination('csv', context, output);
  const request = await stageAll(destination, target('replace'), { token: '1', documents: ['1,a\n2,b\n'] });
  assert.deepEqual(counts(await destination.publish(request)), [[2, 2, 0]]);
  output.end();
  assert.equal(await seen, `${header}1,a\n2,b\n`);
});
