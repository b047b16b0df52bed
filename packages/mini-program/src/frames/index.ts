/**
 * Builds the two documents that mini programs live in: `logic.html` (owner of the worker) and `view.html` (one page).
 * Each has one inline script and needs nothing from the network; `frames.json` names the hashes of the scripts, for the
 * Content-Security-Policy of whoever serves them.
 */
import { createHash } from 'node:crypto'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'

/** Contents of frames.json. A hash is written as a CSP source without its quotes: `sha256-…`. */
export interface FramesInfo {
  logic: { scriptHash: string }
  view: { scriptHash: string }
}

/** Writes logic.html, view.html and frames.json into the folder, which is made. May be repeated: same sources, same bytes. */
export async function buildFrames(folder: string): Promise<FramesInfo> {
  const worker = await bundle('../logic/main.ts')
  const [logic, view] = await Promise.all([
    bundle('./logic-frame.ts', { WORKER_SCRIPT: JSON.stringify(worker) }),
    bundle('../view/main.ts'),
  ])
  const info: FramesInfo = { logic: { scriptHash: hashOf(logic) }, view: { scriptHash: hashOf(view) } }
  await mkdir(folder, { recursive: true })
  await Promise.all([
    writeFile(join(folder, 'logic.html'), documentOf('logic', logic)),
    writeFile(join(folder, 'view.html'), documentOf('view', view)),
    writeFile(join(folder, 'frames.json'), `${JSON.stringify(info, null, 2)}\n`),
  ])
  return info
}

async function bundle(entry: string, define: Record<string, string> = {}): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [fileURLToPath(new URL(entry, import.meta.url))],
    bundle: true,
    write: false,
    minify: true,
    format: 'iife',
    platform: 'browser',
    target: ['chrome100', 'safari15.4', 'firefox100'],
    jsx: 'automatic',
    jsxImportSource: 'preact',
    legalComments: 'none',
    logLevel: 'silent',
    define: { 'process.env.NODE_ENV': '"production"', ...define },
  })
  return safeInline(outputFiles[0]!.text.trim())
}

/**
 * The script as it may stand inside <script>: `</script` and `<!--` would end it or change how it is read. Both occur
 * only inside strings and regular expressions, where a backslash before a plain character changes nothing.
 */
function safeInline(script: string): string {
  return script.replace(/<\/(?=script)/gi, '<\\/').replace(/<!--/g, '<\\!--')
}

const hashOf = (script: string): string => `sha256-${createHash('sha256').update(script).digest('base64')}`

const documentOf = (title: string, script: string): string =>
  `<!doctype html>
<html>
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title>
</head>
<body><script>${script}</script></body>
</html>
`
