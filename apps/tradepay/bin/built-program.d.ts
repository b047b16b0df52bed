/**
 * The types of `built-program.js`, which Node runs before there is anything that reads TypeScript.
 */

/**
 * Bundles what has changed and keeps it. May be repeated, also by several processes at once.
 * @param entry the source to begin with, seen from the root of the workspace; default: the command
 * @returns the URL to import or fork
 */
export function builtProgram(entry?: string): Promise<string>
