/**
 * What the APIs of this wallet are, at /docs: each as an OpenAPI 3.1 document, and as a page to browse. Both are the same for
 * everybody and hold no secret. The page is drawn by Swagger UI; nothing is loaded from anywhere else.
 */
import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import fastifyStatic from '@fastify/static'
import type { FastifyInstance } from 'fastify'
import type { Deps } from '../../build-server.ts'
import { errorHandler, notFoundHandler } from '../send-error.ts'
import { ASK_AGAIN, commonHeaders } from '../static/headers.ts'
import { descriptions } from './documents.ts'
import { DOCS, docsPolicy, documentPath, page, pagePath, SWAGGER_UI } from './page.ts'

/**
 * Of the plugin only the files of Swagger UI are used, which come with it: the plugin itself describes the routes of a server,
 * and these descriptions are made of the contract.
 */
const swaggerUiFolder = join(dirname(createRequire(import.meta.url).resolve('@fastify/swagger-ui')), 'static')
const swaggerUiFiles = new Set(['/swagger-ui.css', '/swagger-ui-bundle.js'])

/** Beside it, what makes the page ours. */
const ownFiles = { 'scheme.js': 'text/javascript', 'page.js': 'text/javascript', 'page.css': 'text/css' }
const here = fileURLToPath(new URL('.', import.meta.url))

export async function docsDoor(http: FastifyInstance, { deps }: { deps: Pick<Deps, 'settings'> }): Promise<void> {
  const { settings } = deps
  await http.register(
    async (scope) => {
      scope.setErrorHandler(errorHandler)
      scope.setNotFoundHandler(notFoundHandler)
      scope.addHook('onRequest', async (_request, reply) => {
        reply.headers({
          ...commonHeaders(settings),
          'content-security-policy': docsPolicy,
          'cache-control': ASK_AGAIN,
        })
      })
      await scope.register(fastifyStatic, {
        root: swaggerUiFolder,
        prefix: SWAGGER_UI.slice(DOCS.length),
        decorateReply: false,
        cacheControl: false,
        allowedPath: (path) => swaggerUiFiles.has(path),
      })
      for (const [file, type] of Object.entries(ownFiles)) {
        serve(scope, `/${file}`, type, await readFile(join(here, file), 'utf8'))
      }

      const all = descriptions(settings)
      for (const each of all) {
        serve(scope, documentPath(each).slice(DOCS.length), 'application/json', JSON.stringify(each.document))
        serve(scope, pagePath(each).slice(DOCS.length), 'text/html', page(each, all))
      }
      serve(scope, '/', 'text/html', page(all[0]!, all))
    },
    { prefix: DOCS },
  )
}

/** What does not change while the server runs. */
function serve(http: FastifyInstance, path: string, type: string, content: string): void {
  const bytes = Buffer.from(content)
  http.get(path, async (_request, reply) => reply.header('content-type', `${type}; charset=utf-8`).send(bytes))
}
