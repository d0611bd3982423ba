/** Holds the source tree to the layout that ARCHITECTURE.md describes. */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { suite, test } from 'node:test';
import { registry } from '../src/connectors/registry.ts';
import { codes } from '../src/domain/codes.ts';

const root = join(import.meta.dirname, '..');

/** Who may import whom; every area may import itself. `connectors/*` = any one connector's own folder. */
const mayImport: Readonly<Record<string, readonly string[]>> = {
  domain: [],
  sdk: ['domain'],
  net: ['domain', 'sdk'],
  files: ['domain', 'sdk'],
  staging: ['domain', 'sdk'],
  rules: ['domain', 'sdk'],
  shape: ['domain', 'sdk', 'rules', 'hooks'],
  review: ['domain', 'sdk', 'rules', 'shape', 'hooks'],
  hooks: ['domain'],
  'connectors/_sql': ['domain', 'sdk'],
  'connectors/_net': ['domain', 'sdk'],
  'connectors/_pg': ['domain', 'sdk', 'connectors/_sql', 'connectors/_net'],
  'connectors/*': ['domain', 'sdk', 'storage', 'connectors/_sql', 'connectors/_net', 'connectors/_pg'],
  registry: ['sdk', 'connectors/*'],
  engine: ['domain', 'sdk', 'net', 'files', 'staging', 'rules', 'shape'],
  warehouse: ['domain', 'sdk', 'staging'],
  store: ['domain'],
  storage: ['domain'],
  jobs: ['domain', 'sdk', 'store', 'storage', 'observe'],
  operations: [
    'domain',
    'sdk',
    'staging',
    'rules',
    'shape',
    'review',
    'hooks',
    'engine',
    'registry',
    'files',
    'store',
    'storage',
    'jobs',
    'warehouse',
    'notify',
  ],
  observe: ['domain'],
  api: ['domain', 'operations', 'store', 'observe', 'api/dialects/*'],
  'api/dialects/*': ['domain', 'operations', 'api'],
  safety: ['net'],
  config: ['domain', 'net', 'observe', 'safety', 'operations', 'store'],
  notify: ['domain', 'sdk', 'connectors/_net'],
  backup: ['domain', 'sdk', 'state', 'store', 'engine', 'operations', 'storage', 'warehouse'],
  state: ['config', 'domain', 'store', 'jobs'],
  'server-file': [],
  app: [
    'server-file',
    'config',
    'safety',
    'state',
    'domain',
    'sdk',
    'net',
    'engine',
    'operations',
    'store',
    'storage',
    'review',
    'jobs',
    'api',
    'warehouse',
    'observe',
    'notify',
    'backup',
  ],
  // Nothing of ours: whoever calls the API can take it along.
  client: [],
  cli: [
    'client',
    'domain',
    'sdk',
    'staging',
    'rules',
    'shape',
    'engine',
    'registry',
    'operations',
    'config',
    'app',
    'state',
    'backup',
    'server-file',
    'warehouse',
  ],
};

/** The same for the page, which imports nothing of the server: what both say is in `web/src/api`. */
const pageMayImport: Readonly<Record<string, readonly string[]>> = {
  texts: [],
  api: [],
  ui: ['texts'],
  features: ['texts', 'api', 'ui'],
  routes: ['texts', 'api', 'ui', 'features'],
  main: ['api', 'ui', 'features', 'routes'],
};

/** Where a vendor may be named in code. Comments and the locations that people type (`postgres://…`) do not count. */
const vendors = [
  {
    name: /postgres|'pg'|'pg-/i,
    areas: [
      'connectors/postgres',
      'connectors/_pg',
      'connectors/redshift',
      'registry',
      'store',
      'jobs',
      'api/dialects/mparticle',
      'api/dialects/civis',
    ],
  },
  { name: /redshift/i, areas: ['connectors/redshift', 'registry', 'api/dialects/mparticle', 'api/dialects/civis'] },
  { name: /mysql|mariadb/i, areas: ['connectors/mysql', 'registry', 'api/dialects/mparticle', 'api/dialects/civis'] },
  // DuckDB is also the engine of the staged lane.
  {
    name: /duckdb/i,
    areas: [
      'connectors/duckdb',
      'registry',
      'sdk',
      'staging',
      'rules',
      'shape',
      'cli',
      'warehouse',
      'api/dialects/mparticle',
      'api/dialects/civis',
    ],
  },
];

const barrel = 'src/sdk/index.ts';

interface SourceFile {
  readonly path: string;
  readonly area: string;
  readonly code: string;
  readonly imports: readonly string[];
  /** Loaded only when asked for: the lines of a registry. */
  readonly lazy: readonly string[];
}

function areaOf(path: string): string {
  const [, area = '', inner = '', dialect = ''] = path.split('/');
  if (area === 'api' && inner === 'dialects' && dialect !== 'registry.ts') return `api/dialects/${dialect}`;
  if (area !== 'connectors') return area.replace(/\.ts$/, '');
  return inner === 'registry.ts' ? 'registry' : `connectors/${inner}`;
}

function withoutComments(text: string): string {
  return text.replace(/^\s*(?:\/\*[\s\S]*?\*\/|\/\/.*)|\s\/\/ .*$/gm, '');
}

function read(path: string): SourceFile {
  const text = readFileSync(join(root, path), 'utf8');
  const code = withoutComments(text);
  const targets = (pattern: RegExp) =>
    [...code.matchAll(pattern)].map((match) => relative(root, resolve(root, dirname(path), match[1] ?? '')));
  const imports = targets(/\b(?:from|import)\s+'(\.[^']+)'/g);
  const lazy = targets(/\bimport\(\s*'(\.[^']+)'/g);
  return { path, area: areaOf(path), code, imports, lazy };
}

function filesUnder(folder: string): string[] {
  const entries = readdirSync(join(root, folder), { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile() && /\.[jt]sx?$/.test(entry.name));
  return files.map((entry) => relative(root, join(entry.parentPath, entry.name))).sort();
}

/** Tests, and what several tests of one folder share (`harness.ts`, `x-harness.ts`): neither is published. */
const isTest = (path: string): boolean => /\.test\.ts$|\bharness\.ts$/.test(path);
const all = ['bin', 'src', 'test', 'bench', 'examples', 'web/src'].flatMap(filesUnder);
const sources = filesUnder('src')
  .filter((path) => !isTest(path))
  .map(read);

const page = filesUnder('web/src')
  .filter((path) => !isTest(path))
  .map(read);

function allowed(from: string, to: string): boolean {
  if (from === to) return true;
  const generic = (area: string) =>
    area.startsWith('api/dialects/') ? 'api/dialects/*' : /^connectors\/[^_]/.test(area) ? 'connectors/*' : area;
  return mayImport[generic(from)]?.includes(generic(to)) ?? false;
}

function cycles(files: readonly SourceFile[]): string[] {
  const imports = new Map(files.map((file) => [file.path, file.imports]));
  const done = new Set<string>();
  const found: string[] = [];
  const visit = (path: string, way: readonly string[]): void => {
    if (way.includes(path)) found.push([...way.slice(way.indexOf(path)), path].join(' → '));
    if (way.includes(path) || done.has(path)) return;
    for (const next of imports.get(path) ?? []) visit(next, [...way, path]);
    done.add(path);
  };
  for (const { path } of files) visit(path, []);
  return found;
}

suite('architecture', () => {
  test('areas import only what they may', () => {
    const wrong = sources.flatMap(({ path, area, imports, lazy }) =>
      [...imports, ...lazy].filter((target) => !allowed(area, areaOf(target))).map((target) => `${path} imports ${target}`),
    );
    assert.deepEqual(wrong, []);
  });

  test('the page is made of its own parts', () => {
    const partOf = (path: string) => /^web\/src\/(\w+)/.exec(path)?.[1] ?? path;
    const mayUse = (from: string, to: string) => from === to || (pageMayImport[from]?.includes(to) ?? false);
    const code = page.map(({ path, imports }) => ({ path, imports: imports.filter((target) => !target.endsWith('.css')) }));
    const wrong = code.flatMap(({ path, imports }) =>
      imports.filter((target) => !mayUse(partOf(path), partOf(target))).map((target) => `${path} imports ${target}`),
    );
    assert.deepEqual(wrong, []);
  });

  test('no import cycles, types included', () => assert.deepEqual([...cycles(sources), ...cycles(page)], []));

  test('no barrel files', () => {
    const found = sources.filter(({ code }) => {
      const statements = code.split(/;\s*/).filter((statement) => statement.trim() !== '');
      return code.includes('export *') || statements.every((statement) => /^\s*export\s[^=(]*\sfrom\s/.test(statement));
    });
    assert.deepEqual(
      found.map(({ path }) => path),
      [barrel],
    );
  });

  test('vendors are named in their own folders only', () => {
    const wrong = vendors.flatMap(({ name, areas }) =>
      sources
        .filter(
          ({ area, code }) =>
            !areas.includes(area) && name.test(code.replace(/\b(?:postgres:\/\/|mysql:\/\/|duckdb:)|HEADGATE_\w+/g, '')),
        )
        .map(({ path }) => `${path} names ${name.source}`),
    );
    assert.deepEqual(wrong, []);
  });

  test('connections leave through one place, which asks where they may lead', () => {
    const ways = /^import (?!type ).* from 'node:(?:dns|http2?|https|net|dgram)(?:\/promises)?'|[^.\w]fetch\(/m;
    const own = sources.filter(({ area, code }) => area.startsWith('connectors/') && ways.test(code)).map(({ path }) => path);
    assert.deepEqual(own, [
      'src/connectors/_net/dial.ts',
      // Is this text an address?
      'src/connectors/_net/tls.ts',
      // What the hub sends to DuckDB, on this machine.
      'src/connectors/duckdb/feed.ts',
      'src/connectors/file/input/fetch.ts',
    ]);
  });

  test('nothing of ours makes replication slots or publications: there is nothing to forget on a server', () => {
    const making = /create_(?:logical|physical)_replication_slot|create_replication_slot|create\s+publication/i;
    assert.deepEqual(
      sources.filter(({ code }) => making.test(code)).map(({ path }) => path),
      [],
    );
  });

  test('each connector folder is registered, and each registration has its folder', () => {
    const folders = readdirSync(join(root, 'src/connectors'), { withFileTypes: true });
    const connectors = folders.filter((entry) => entry.isDirectory() && !entry.name.startsWith('_')).map((entry) => entry.name);
    assert.deepEqual(connectors.sort(), registry.map(({ name }) => name).sort());
  });

  test('each error code is documented, and nothing else is', () => {
    const page = readFileSync(join(root, 'docs/errors.md'), 'utf8');
    const sections = [...page.matchAll(/^## (\S+)$/gm)].map((match) => match[1]);
    assert.deepEqual(sections.sort(), Object.keys(codes).sort());
  });

  test('files are short, folders shallow, names say what is inside', () => {
    const long = all.filter((path) => readFileSync(join(root, path), 'utf8').split('\n').length - 1 > 500);
    const deep = all.filter((path) => /^(?:src|web)\//.test(path) && path.split('/').length > 5);
    const vague = all.filter((path) => /(?:^|\/)(?:utils?|commons?|helpers?)(?:\.|\/)/.test(path));
    assert.deepEqual({ long, deep, vague }, { long: [], deep: [], vague: [] });
  });
});
