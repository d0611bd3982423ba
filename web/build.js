// Builds the page into web/dist, where its tools are installed: after `npm ci`, before publishing, with `npm run build`. Plain old
// JavaScript: npm may call it with a Node that cannot read types. A page that is newer than its sources is left alone.
import { existsSync, readdirSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(fileURLToPath(import.meta.url));
const outDir = join(root, 'dist');

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
    if (path === outDir) return 0;
    return entry.isDirectory() ? newest(path) : statSync(path).mtimeMs;
  });
  return Math.max(...times);
}

const built = join(outDir, 'index.html');
const tools = statSync(join(root, '..', 'package-lock.json'), { throwIfNoEntry: false })?.mtimeMs ?? 0;
const fresh = existsSync(built) && statSync(built).mtimeMs > Math.max(newest(root), tools);
// Without development dependencies there is nothing to build with, and nobody who asks for it.
const vite = fresh ? undefined : await import('vite').catch(() => undefined);
if (vite) await vite.build(config);
