/**
 * The shape of an endpoint of the wallet API: one file for each subject, given what they share.
 */
import type { FastifyInstance } from 'fastify'
import type { Deps, Rooms } from '../../build-server.ts'

export type WalletEndpoint = (http: FastifyInstance, shared: { deps: Deps; rooms: Rooms }) => void
