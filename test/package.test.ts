/** The tarball that npm would publish, installed into an empty folder and used there, without the repository. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { after, before, suite, test } from 'node:test';
import { promisify } from 'node:util';

const root = join(import.meta.dirname, '..');
const run = promisify(execFile);

interface Packed {
  readonly filename: string;
  readonly files: readonly { readonly path: string }[];
}

suite('the published package', () => {
  let folder: string;
  let packed: Packed;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'headgate-package-'));
    const { stdout } = await run('npm', ['pack', '--json', '--silent', '--pack-destination', folder], { cwd: root });
    // npm's documented answer, after whatever the build script printed.
    const [only] = Object.values(JSON.parse(stdout.slice(stdout.search(/^[[{]/m))) as Record<string, Packed>);
    assert.ok(only);
    packed = only;
    await writeFile(join(folder, 'package.json'), '{ "private": true }');
    const quiet = ['--prefix', folder, '--no-fund', '--no-audit', '--prefer-offline'];
    await run('npm', ['install', ...quiet, join(folder, packed.filename)], { cwd: folder });
    // `npx` and the shebang find this Node first, as on a machine where it is the only one.
    await symlink(process.execPath, join(folder, 'node'));
  });

  after(() => rm(folder, { recursive: true, force: true }));

  const headgate = (...args: string[]) => {
    const env = { ...process.env, NO_COLOR: '1', PATH: `${folder}${delimiter}${process.env['PATH']}` };
    return run(join(folder, 'node_modules/.bin/headgate'), args, { cwd: folder, env });
  };

  test('holds the built program and its papers, no sources and no tests', () => {
    const paths = packed.files.map((file) => file.path);
    for (const path of ['bin/headgate.js', 'dist/cli/main.js', 'web/dist/index.html', 'README.md', 'LICENSE', 'CHANGELOG.md'])
      assert.ok(paths.includes(path), path);
    assert.deepEqual(
      paths.filter((path) => /\.test\.|harness\.|\.ts$|^src\/|^test\//.test(path)),
      [],
    );
  });

  test('imports a file and queries it on plain Node', async () => {
    await writeFile(join(folder, 'people.csv'), 'id,name\n1,Ada\n2,"Grace ""Amazing"" Hopper"\n3,\n');
    await headgate('import', 'people.csv');
    const { stdout } = await headgate('query', 'select count(*) as people, count(name) as named from people', '--json');
    assert.match(stdout, /"values":\["3","2"\]/);
  });

  test('finds the thread that decides on patterns which no database knows', async () => {
    await writeFile(join(folder, 'mail.csv'), 'mail\nada@example.com\ngrace@\n');
    const rules = [{ rule: 'pattern', pattern: '(?<=@)\\p{L}' }];
    await writeFile(join(folder, 'mail.json'), JSON.stringify({ fields: [{ name: 'mail', rules }] }));
    const refused = ['--max-rejects', '1', '--rejects', 'refused.csv'];
    await assert.rejects(headgate('import', 'mail.csv', '--schema', 'mail.json', ...refused), { code: 3 });
    assert.match(await readFile(join(folder, 'refused.csv'), 'utf8'), /,2,mail,rule\.pattern,.*,grace@\n$/);
  });
});
