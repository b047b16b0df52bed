/**
 * Addresses on the wallet's own origin whose content never changes: they carry the hash of what they name.
 */
export const packagePath = (hash: string): string => `/packages/${hash}.json`
export const iconPath = (hash: string): string => `/packages/${hash}/icon`
