/** The page is a static bundle: it is served at `/headless/{id}/`, its files beside it at `/headless/assets/`. */
import { join } from 'node:path';
import { defineConfig, type Plugin } from 'vite';

/** One address for all imports: the bundle's own folder is one up from the page, wherever a proxy has put both. */
const oneFolderUp: Plugin = {
  name: 'assets-one-folder-up',
  transformIndexHtml: { order: 'post', handler: (html) => html.replaceAll('"./assets/', '"../assets/') },
};

export const outDir = join(import.meta.dirname, '..', 'dist', 'web');

const config = defineConfig({
  root: import.meta.dirname,
  base: './',
  plugins: [oneFolderUp],
  logLevel: 'warn',
  // Inlined images would need a wider Content-Security-Policy than the page has.
  build: { outDir, emptyOutDir: true, target: 'es2023', assetsInlineLimit: 0, modulePreload: false, reportCompressedSize: false },
});

// The one name that Vite looks for.
export { config as default };
