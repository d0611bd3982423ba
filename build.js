// Makes the published program, in dist/ or in the folder named: a hundred files instead of seven hundred, since a
// short command spends half of its time on finding and loading modules (docs/performance.md). Packages stay outside; but for zod
// and pg, which are a hundred files and thirty. They stay dependencies, with their licences.
import { rmSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { build } from 'rolldown';

const source = join(import.meta.dirname, 'src');
const dir = process.argv[2] ?? join(import.meta.dirname, 'dist');

const isPackage = (id) => /^(?!zod$|pg$|pg-(?!native|cloudflare)|postgres-|xtend)[@a-z]/.test(id) || id.startsWith('node:');

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

/**
 * Node's own modules without the loader of ES modules, which reads every export they have: of `node:crypto` that is 9 ms, since it
 * starts Web Crypto.
 */
const builtIn = {
  name: 'built-in',
  renderChunk: (code) =>
    code
      .replaceAll(/^import \{([^}]*)\} from ("node:[^"]+");$/gm, (_, names, module) => {
        const taken = names.replaceAll(/(\w+) as (\w+)/g, '$1: $2');
        return `const {${taken}} = process.getBuiltinModule(${module});`;
      })
      .replaceAll(/^import (?:\* as )?(\w+) from ("node:[^"]+");$/gm, 'const $1 = process.getBuiltinModule($2);'),
};

const bundle = (...programs) =>
  build({
    input: Object.fromEntries(programs.map((program) => [program, join(source, `${program}.ts`)])),
    platform: 'node',
    external: isPackage,
    plugins: [ownPlace, builtIn],
    output: { dir, format: 'esm', entryFileNames: '[name].js', chunkFileNames: 'chunks/[name].js' },
  });

rmSync(dir, { recursive: true, force: true });
await bundle(
  'cli/main',
  'warehouse/owner',
  'rules/pattern-worker',
  'rules/meanings/text-worker',
  'connectors/file/input/xls-worker',
);
// It may read nothing but its own folder, so it shares nothing.
await bundle('hooks/child');
