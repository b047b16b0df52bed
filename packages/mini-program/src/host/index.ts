/** The host: opens a packed mini program inside the wallet's page. */
export * from './types.ts'
export { openMiniProgram } from './open.ts'
