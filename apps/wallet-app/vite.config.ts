/**
 * How the wallet app is built: esbuild compiles the JSX for Preact, pages are split where a visitor may never go
 * (mini program host, cashier). Paths are absolute because a page such as /p/{appId} is served by the same document.
 */
import { fileURLToPath } from 'node:url'
import { defineConfig, type Plugin } from 'vite'

/**
 * The app takes types and paths from the contract, never its schemas; yet building a schema is a call, and a bundler
 * must keep calls. Marked as pure they go, and with them the schema library: most of what a phone would load.
 */
const leaveSchemasOut: Plugin = {
  name: 'leave-schemas-out',
  enforce: 'pre',
  transform(code, id) {
    if (!/[\\/]packages[\\/]contract[\\/]src[\\/]/.test(id)) return null
    return { code: code.replace(/\bType\.[A-Z]\w*\(/g, '/* @__PURE__ */ $&'), map: null }
  },
}

export default defineConfig({
  root: fileURLToPath(new URL('.', import.meta.url)),
  base: '/',
  publicDir: false,
  plugins: [leaveSchemasOut],
  esbuild: { jsx: 'automatic', jsxImportSource: 'preact' },
  build: {
    target: 'es2022',
    outDir: 'dist',
    emptyOutDir: true,
    modulePreload: { polyfill: false },
    // Everything is a file of the wallet's own origin: the page's Content-Security-Policy allows nothing else.
    assetsInlineLimit: 0,
    rollupOptions: {
      treeshake: { moduleSideEffects: (id) => !/[\\/](typebox|packages[\\/]contract)[\\/]/.test(id) },
    },
  },
})
