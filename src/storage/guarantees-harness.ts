/** What every storage promises, each with its name; both kinds are held to the same list. */
import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import type { HeadgateError } from '../domain/error.ts';
import type { PartRef, Storage } from './storage.ts';

export interface Guarantee {
  readonly name: string;
  /** `key`: nobody else's. */
  holds(storage: Storage, key: string): Promise<void>;
}

/** In chunks of no particular size. */
/** Copies: a chunk belongs to whoever takes it. */
export async function* chunked(data: Uint8Array, size = 77_777): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < data.length; at += size) yield Buffer.from(data.subarray(at, at + size));
}

export async function bytesOf(bytes: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of bytes) chunks.push(chunk);
  return Buffer.concat(chunks);
}

async function* breaking(data: Uint8Array): AsyncGenerator<Uint8Array> {
  yield* chunked(data);
  throw new Error('the sender is gone');
}

const digest = (data: Uint8Array): string => createHash('sha256').update(data).digest('hex');
const code = (expected: HeadgateError['code']) => ({ code: expected });

async function same(storage: Storage, key: string, data: Uint8Array): Promise<void> {
  assert.equal(digest(await bytesOf(await storage.get(key))), digest(data));
}

async function nothing(storage: Storage, key: string): Promise<void> {
  assert.equal(await storage.size(key), undefined);
  await assert.rejects(async () => await bytesOf(await storage.get(key)), code('file.missing'));
  for await (const object of storage.list(key)) assert.fail(object.key);
}

async function send(storage: Storage, key: string, upload: string, number: number, data: Uint8Array): Promise<PartRef> {
  return { number, size: data.length, ref: await storage.part(key, upload, number, chunked(data), data.length) };
}

/** The smallest parts that the storage takes, and a last one of any size. */
const partsOf = (storage: Storage): readonly Buffer[] => {
  const size = Math.max(storage.smallestPart, 100_000);
  return [randomBytes(size), randomBytes(size + 1), randomBytes(33)];
};

export const guarantees: readonly Guarantee[] = [
  {
    name: 'what is put is what is got, also when it is empty',
    async holds(storage, key) {
      for (const [at, data] of [randomBytes(1_000_001), Buffer.alloc(0), randomBytes(1)].entries()) {
        await storage.put(`${key}.${at}`, chunked(data), data.length);
        await same(storage, `${key}.${at}`, data);
        assert.equal(await storage.size(`${key}.${at}`), data.length);
      }
    },
  },
  {
    name: 'a range is exactly its bytes',
    async holds(storage, key) {
      const data = randomBytes(300_000);
      await storage.put(key, chunked(data), data.length);
      for (const [from, to] of [
        [0, 1],
        [0, 300_000],
        [299_999, 300_000],
        [65_535, 131_073],
      ] as const) {
        assert.deepEqual(await bytesOf(await storage.get(key, { from, to })), data.subarray(from, to));
      }
    },
  },
  {
    name: 'a sender that breaks off leaves nothing',
    async holds(storage, key) {
      await assert.rejects(storage.put(key, breaking(randomBytes(400_000)), 500_000));
      await nothing(storage, key);
    },
  },
  {
    name: 'more or fewer bytes than were announced leave nothing',
    async holds(storage, key) {
      for (const size of [99_999, 100_001]) {
        await assert.rejects(storage.put(key, chunked(randomBytes(100_000)), size), code('upload.incomplete'));
        await nothing(storage, key);
      }
    },
  },
  {
    name: 'a sender that breaks off leaves what was there before',
    async holds(storage, key) {
      const data = randomBytes(1000);
      await storage.put(key, chunked(data), data.length);
      await assert.rejects(storage.put(key, breaking(randomBytes(400_000)), 500_000));
      await same(storage, key, data);
    },
  },
  {
    name: 'parts come in any order and at once, and become one object in the order of their numbers',
    async holds(storage, key) {
      const data = partsOf(storage);
      const upload = await storage.begin(key);
      const parts = await Promise.all(
        [2, 0, 1].map(async (at) => await send(storage, key, upload, at * 3 + 1, data[at] ?? Buffer.alloc(0))),
      );
      await nothing(storage, key);
      await storage.complete(
        key,
        upload,
        parts.toSorted((a, b) => a.number - b.number),
      );
      await same(storage, key, Buffer.concat(data));
    },
  },
  {
    name: 'a part that is sent again replaces the first',
    async holds(storage, key) {
      const [first = Buffer.alloc(0), second = Buffer.alloc(0), last = Buffer.alloc(0)] = partsOf(storage);
      const upload = await storage.begin(key);
      const old = await send(storage, key, upload, 1, first);
      const end = await send(storage, key, upload, 2, last);
      const fresh = await send(storage, key, upload, 1, second);
      await assert.rejects(storage.complete(key, upload, [old, end]), code('object.changed'));
      await nothing(storage, key);
      await storage.complete(key, upload, [fresh, end]);
      await same(storage, key, Buffer.concat([second, last]));
    },
  },
  {
    name: 'a part whose sender breaks off is as if it had never been sent',
    async holds(storage, key) {
      const [first = Buffer.alloc(0), , last = Buffer.alloc(0)] = partsOf(storage);
      const upload = await storage.begin(key);
      const kept = await send(storage, key, upload, 1, first);
      await assert.rejects(storage.part(key, upload, 1, breaking(randomBytes(1000)), 2000));
      const end = await send(storage, key, upload, 2, last);
      await storage.complete(key, upload, [kept, end]);
      await same(storage, key, Buffer.concat([first, last]));
    },
  },
  {
    name: 'parts that are sent again, or skip numbers, end up where they belong',
    async holds(storage, key) {
      const data = partsOf(storage);
      const [first = Buffer.alloc(0), second = Buffer.alloc(0), last = Buffer.alloc(0)] = data;
      for (const numbers of [
        [1, 2, 3],
        [2, 5, 9],
      ] as const) {
        const at = `${key}.${numbers[0]}`;
        const upload = await storage.begin(at);
        const one = await send(storage, at, upload, numbers[0], first);
        await send(storage, at, upload, numbers[1], first);
        const end = await send(storage, at, upload, numbers[2], last);
        const two = await send(storage, at, upload, numbers[1], second);
        await storage.complete(at, upload, [one, two, end]);
        await same(storage, at, Buffer.concat(data));
      }
    },
  },
  {
    name: 'completing again does nothing',
    async holds(storage, key) {
      const upload = await storage.begin(key);
      const data = randomBytes(5000);
      const parts = [await send(storage, key, upload, 1, data)];
      await storage.complete(key, upload, parts);
      await storage.complete(key, upload, parts);
      await same(storage, key, data);
    },
  },
  {
    name: 'what is aborted leaves nothing, and may be aborted again',
    async holds(storage, key) {
      const upload = await storage.begin(key);
      await send(storage, key, upload, 1, randomBytes(5000));
      await storage.abort(key, upload);
      await storage.abort(key, upload);
      await nothing(storage, key);
    },
  },
  {
    name: 'what is deleted is gone, and may be deleted again',
    async holds(storage, key) {
      await storage.put(key, chunked(randomBytes(5000)), 5000);
      await storage.delete(key);
      await storage.delete(key);
      await nothing(storage, key);
    },
  },
  {
    name: 'a list has everything under its prefix, in order, and nothing else',
    async holds(storage, key) {
      const names = ['a', 'b.c', 'd-e', 'f/g', 'z'].map((name) => `${key}/${name}`);
      for (const name of [...names, `${key}-other`]) await storage.put(name, chunked(Buffer.from(name)), name.length);
      const found = [];
      for await (const object of storage.list(`${key}/`)) found.push(object);
      assert.deepEqual(
        found,
        names.toSorted().map((name) => ({ key: name, size: name.length })),
      );
    },
  },
];
