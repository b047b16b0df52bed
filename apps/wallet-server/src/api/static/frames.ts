/**
 * The two documents in which a mini program runs: /frames/{appId}/logic.html (its script, in a worker) and
 * /frames/{appId}/view.html (a page's picture). Both are strangers' ground: an opaque origin without network, storage
 * or navigation, by the headers set here, whatever the page that embeds them asks for.
 */
import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { FastifyInstance } from 'fastify'
import type { Deps, Rooms } from '../../build-server.ts'
import { ASK_AGAIN } from './headers.ts'

type Kind = 'logic' | 'view'

interface FrameDocument {
  html: Buffer
  /** `'sha256-…'` of each inline script: the only scripts of the document that run. */
  scripts: string[]
}

export function serveFrames(http: FastifyInstance, folder: string, { rooms }: { deps: Deps; rooms: Rooms }): void {
  const documents = new Map<Kind, Promise<FrameDocument>>()

  /** Reads a document once; a failed read is tried again. */
  function documentOf(kind: Kind): Promise<FrameDocument> {
    const known = documents.get(kind)
    if (known) return known
    const read = readDocument(join(folder, `${kind}.html`))
    documents.set(kind, read)
    read.catch(() => documents.delete(kind))
    return read
  }

  for (const kind of ['logic', 'view'] as const) {
    http.get<{ Params: { appId: string } }>(`/frames/:appId/${kind}.html`, async (request, reply) => {
      const program = await rooms.programs.resolve(request.params.appId)
      const { html, scripts } = await documentOf(kind)
      const policy = kind === 'logic' ? logicPolicy(scripts) : viewPolicy(scripts, program.settings.imageDomains)
      const etag = `"${createHash('sha256').update(html).update(policy).digest('base64url')}"`
      reply.header('content-security-policy', policy).header('cache-control', ASK_AGAIN).header('etag', etag)
      if (request.headers['if-none-match'] === etag) return reply.status(304).send()
      return reply.type('text/html; charset=utf-8').send(html)
    })
  }
}

async function readDocument(path: string): Promise<FrameDocument> {
  const html = await readFile(path)
  return { html, scripts: inlineScripts(html.toString('utf8')).map(hashSource) }
}

/** The text of each inline script, cut where a browser cuts it: at the first end tag. */
function inlineScripts(html: string): string[] {
  const scripts = html.matchAll(/<script(\s[^>]*)?>([\s\S]*?)<\/script/gi)
  return [...scripts].filter(([, attributes = '']) => !/\ssrc\s*=/i.test(attributes)).map(([, , text = '']) => text)
}

const hashSource = (text: string): string => `'sha256-${createHash('sha256').update(text).digest('base64')}'`

/** What both kinds share: `sandbox` without `allow-same-origin` makes the origin opaque. */
const groundRules = [
  'sandbox allow-scripts',
  "default-src 'none'",
  "connect-src 'none'",
  "form-action 'none'",
  "base-uri 'none'",
  "frame-ancestors 'self'",
]

/** The worker and the program's script in it are blobs that the frame makes of what the host sent. */
function logicPolicy(scripts: string[]): string {
  return [...groundRules, `script-src ${scripts.join(' ')} blob:`, 'worker-src blob:'].join('; ')
}

function viewPolicy(scripts: string[], imageDomains: string[]): string {
  const images = ['data:', 'blob:', ...imageDomains.filter((domain) => !domain.includes('[')).map(withScheme)]
  return [
    ...groundRules,
    `script-src ${scripts.join(' ')} blob:`,
    "style-src 'unsafe-inline'",
    `img-src ${images.join(' ')}`,
    'font-src data:',
  ].join('; ')
}

/** Images come over https, but from this machine in a sandbox. (A policy cannot name an IPv6 address.) */
function withScheme(domain: string): string {
  return /^(localhost|127(\.[0-9]+){3})(:|$)/.test(domain) ? `http://${domain}` : `https://${domain}`
}
