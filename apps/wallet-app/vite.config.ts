/**
 * How the wallet app is built: esbuild compiles the JSX for Preact, pages are split where a visitor may never go
 * (mini program host, cashier). Paths are absolute because a page such as /p/{appId} is served by the same document.
 */
import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vite'

export default defineConfig({
  root: fileURLToPath(new URL('.', import.meta.url)),
  base: '/',
  publicDir: false,
  esbuild: { jsx: 'automatic', jsxImportSource: 'preact' },
  build: {
    target: 'es2022',
    outDir: 'dist',
    emptyOutDir: true,
    modulePreload: { polyfill: false },
    // Everything is a file of the wallet's own origin: the page's Content-Security-Policy allows nothing else.
    assetsInlineLimit: 0,
    rollupOptions: {
      treeshake: {
        // The contract builds its schemas with Type.*(…) calls that have no effect but their value. The app needs
        // their types and the paths, not the schemas; without this line they would be most of what a phone loads.
        manualPureFunctions: ['Type'],
      },
    },
  },
})
