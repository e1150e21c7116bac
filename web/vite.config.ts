import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { brotliCompress, gzip } from 'node:zlib';
import preact from '@preact/preset-vite';
import { defineConfig, type Plugin } from 'vite';

const compressors = { br: promisify(brotliCompress), gz: promisify(gzip) };

/** Writes each asset once more for each encoding, so that the server compresses nothing. */
const precompress: Plugin = {
  name: 'precompress',
  apply: 'build',
  async writeBundle({ dir = '' }) {
    const folder = join(dir, 'assets');
    const assets = (await readdir(folder)).filter((name) => /\.(js|css)$/.test(name));
    for (const name of assets) {
      const content = await readFile(join(folder, name));
      for (const [ending, compress] of Object.entries(compressors))
        await writeFile(join(folder, `${name}.${ending}`), await compress(content));
    }
  },
};

/** `npm run web` builds the page to `dist`; `npm run dev -w web` serves it while it is worked on, before a running server. */
export default defineConfig(({ command }) => ({
  // Relative, since the server may be reached under any path.
  base: command === 'build' ? './' : '/ui/',
  plugins: [preact({ devToolsEnabled: false, prefreshEnabled: command === 'serve' }), precompress],
  build: { target: 'es2023', modulePreload: { polyfill: false }, assetsInlineLimit: 0, reportCompressedSize: false },
  server: { proxy: { '^/(?!ui/)': 'http://127.0.0.1:8000' } },
}));
