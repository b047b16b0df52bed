/**
 * The wallet app itself at `/`, the frames in which mini programs run, and their packages: what a browser loads before
 * step 1. It also answers every address that nothing else answers: with the app's page where a person may have typed or
 * reloaded it, with `ApiError` where a program asked.
 */
import fastifyStatic from '@fastify/static'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { Deps, Rooms } from '../../build-server.ts'
import { errorHandler, notFoundHandler } from '../send-error.ts'
import { serveFrames } from './frames.ts'
import { appPolicy, ASK_AGAIN, commonHeaders, IMMUTABLE } from './headers.ts'
import { servePackages } from './packages.ts'

/** Addresses of programs: an unknown one below them is an error and never the app's page. */
const apiPath = /^\/((cashier|wallet)\/v[0-9]+|sandbox|v[0-9]+|frames|packages|assets)(\/|$)|^\/gateway\.do$/

export async function staticDoor(http: FastifyInstance, shared: { deps: Deps; rooms: Rooms }): Promise<void> {
  const { settings } = shared.deps
  http.setErrorHandler(errorHandler)
  http.addHook('onRequest', async (_request, reply) => {
    reply.headers(commonHeaders(settings))
  })

  servePackages(http, shared)
  if (settings.framesFolder !== null) serveFrames(http, settings.framesFolder, shared)

  const folder = settings.walletAppFolder
  if (folder === null) {
    http.setNotFoundHandler(notFoundHandler)
    return
  }

  await http.register(fastifyStatic, {
    root: folder,
    prefix: '/',
    dotfiles: 'ignore',
    // Set below, by what the file is.
    cacheControl: false,
    preCompressed: true,
    setHeaders(response, path) {
      // The build puts the hash of the content into the name of what lies in assets/.
      const hashed = /[\\/]assets[\\/][^\\/]+-[A-Za-z0-9_-]{8,}\.[a-z0-9.]+$/.test(path)
      response.setHeader('cache-control', hashed ? IMMUTABLE : ASK_AGAIN)
      response.setHeader('content-security-policy', appPolicy)
    },
  })

  http.setNotFoundHandler((request, reply) => {
    if (isPage(request)) return sendPage(reply)
    return notFoundHandler(request, reply)
  })
}

/** A place inside the app: /wallet, /flow/2026…, /p/2021…. What has a dot is a file, and is not there. */
function isPage(request: FastifyRequest): boolean {
  const path = request.url.split('?')[0]!
  const reading = request.method === 'GET' || request.method === 'HEAD'
  return reading && !path.includes('.') && !apiPath.test(path)
}

function sendPage(reply: FastifyReply): void {
  void reply.status(200).sendFile('index.html')
}
