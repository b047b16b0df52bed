#!/usr/bin/env node
/**
 * The command `tradepay`. Its sources are TypeScript; they are bundled when they have changed, and run from the bundle.
 */
import { builtProgram } from './built-program.js'

// Whoever reads a stack trace reads lines of the sources.
process.setSourceMapsEnabled(true)
await import(await builtProgram())
