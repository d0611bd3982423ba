// Makes the published program, in dist/ or in the folder named: a hundred files instead of seven hundred, since a
// short command spends half of its time on finding and loading modules (docs/performance.md). Packages stay outside; but for zod,
// which is a hundred files by itself. It stays a dependency, with its licence.
import { rmSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { build } from 'rolldown';

const source = join(import.meta.dirname, 'src');
const dir = process.argv[2] ?? join(import.meta.dirname, 'dist');

const isPackage = (id) => /^(?!zod$)[@a-z]/.test(id) || id.startsWith('node:');

/** Modules find files by their own place: it stays that of their source, whichever file their code comes to lie in. */
const ownPlace = {
  name: 'own-place',
  transform(code, id) {
    if (!id.startsWith(source)) return null;
    const place = relative(source, id).split(sep).join('/').replace(/ts$/, 'js');
    return code.replaceAll('import.meta.url', `new URL('dist:${place}', import.meta.url).href`);
  },
  renderChunk: (code, { fileName }) =>
    code.replaceAll(/(?<=new URL\(['"])dist:/g, './' + '../'.repeat(fileName.split('/').length - 1)),
};

const bundle = (...programs) =>
  build({
    input: Object.fromEntries(programs.map((program) => [program, join(source, `${program}.ts`)])),
    platform: 'node',
    external: isPackage,
    plugins: [ownPlace],
    output: { dir, format: 'esm', entryFileNames: '[name].js', chunkFileNames: 'chunks/[name].js' },
  });

rmSync(dir, { recursive: true, force: true });
await bundle(
  'cli/main',
  'warehouse/owner',
  'rules/pattern-worker',
  'rules/meanings/phone-worker',
  'connectors/file/input/xls-worker',
);
// It may read nothing but its own folder, so it shares nothing.
await bundle('hooks/child');
