// Builds the page into dist/web, where its tools are installed: after `npm ci`, before publishing, with `npm run build`. Plain old
// JavaScript: npm may call it with a Node that cannot read types. `--if-older` leaves a page alone that is newer than its sources.
import { existsSync, readdirSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(fileURLToPath(import.meta.url));
const outDir = join(root, '..', 'dist', 'web');

/** One address for all imports: the bundle's own folder is one up from the page, wherever a proxy has put both. */
const oneFolderUp = {
  name: 'assets-one-folder-up',
  transformIndexHtml: { order: 'post', handler: (html) => html.replaceAll('"./assets/', '"../assets/') },
};

/** @type {import('vite').InlineConfig} */
const config = {
  configFile: false,
  root,
  base: './',
  plugins: [oneFolderUp],
  logLevel: 'warn',
  // Inlined images would need a wider Content-Security-Policy than the page has.
  build: { outDir, emptyOutDir: true, target: 'es2023', assetsInlineLimit: 0, modulePreload: false, reportCompressedSize: false },
};

function newest(folder) {
  const times = readdirSync(folder, { withFileTypes: true }).map((entry) => {
    const path = join(folder, entry.name);
    return entry.isDirectory() ? newest(path) : statSync(path).mtimeMs;
  });
  return Math.max(...times);
}

const built = join(outDir, 'index.html');
const fresh = process.argv.includes('--if-older') && existsSync(built) && statSync(built).mtimeMs > newest(root);
// Without development dependencies there is nothing to build with, and nobody who asks for it.
const vite = fresh ? undefined : await import('vite').catch(() => undefined);
if (vite) await vite.build(config);
