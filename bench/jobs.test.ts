import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { jobs } from './jobs.ts';
import { factsOf, peers, type PeerName } from './peers.ts';
import { listJobs } from './report.ts';

const page = await readFile(new URL('../docs/performance.md', import.meta.url), 'utf8');
const count = (text: string, part: string): number => text.split(part).length - 1;

test('the page has a line for every case of every job', () => {
  const table = page.slice(page.indexOf('## What is compared'), page.indexOf('## Other tools'));
  for (const { name } of jobs) {
    assert.equal(count(table, `\n| \`${name}\` |`), jobs.filter((job) => job.name === name).length, name);
  }
  assert.equal(count(listJobs(jobs), '\n') + 1, jobs.length);
});

test('the page has the line that installs each other tool, and its floor', () => {
  for (const name of Object.keys(peers) as PeerName[]) {
    // by its type
    const { install, floor } = factsOf(name);
    assert.match(page, new RegExp(`\\n\\| ${name} \\|[^|]*\\| ${floor ?? '-'} \\| \`[^\`]*\` \\|`));
    assert.ok(page.includes(`\`${install}\``), name);
  }
});
