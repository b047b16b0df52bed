/**
 * Mini programs: a program is a name, a version is bytes, a release is a decision. Packages lie in a folder, named by
 * the SHA-256 of their bytes; a version's row is written last.
 */
export interface MiniProgram {
  appId: string
  merchantId: string
  merchantName: string
  name: string
  slogan: string
  payOnlyOwnOrders: boolean
}

export interface ReleaseSettings {
  /** host[:port] that my.request may call; `*.host` covers sub-domains. */
  requestDomains: string[]
  /** Hosts that images may come from, in the same form: they enter the Content-Security-Policy of the view frames. */
  imageDomains: string[]
  /** What my.getExtConfigSync answers. */
  extConfig: Record<string, unknown>
}

export interface LiveProgram extends MiniProgram {
  version: string
  packageHash: string
  iconPath: string | null
  settings: ReleaseSettings
}

export interface ProgramService {
  /** Registers a program and names the clients whose orders it may pay. */
  register(program: {
    appId: string
    merchantId: string
    name: string
    slogan: string
    clientIds: string[]
    payOnlyOwnOrders: boolean
  }): Promise<void>
  /** Stores the bytes and the version. Equal bytes under the same version may be added again; others are refused. */
  addVersion(version: {
    appId: string
    version: string
    packed: Buffer
    manifest: Record<string, unknown>
  }): Promise<{ packageHash: string }>
  /** Shows a version to everybody; the one before ends. */
  release(release: { appId: string; version: string; settings: ReleaseSettings }): Promise<void>
  live(): Promise<LiveProgram[]>
  /** @throws WalletError PROGRAM_NOT_FOUND */
  resolve(appId: string): Promise<LiveProgram>
  exists(appId: string): Promise<boolean>
  /** The icon inside a package, or null when the package is unknown or has none. */
  icon(packageHash: string): Promise<{ type: string; bytes: Buffer } | null>
  /** Whether the program may present an order of this client. @throws WalletError PROGRAM_NOT_FOUND */
  mayPay(appId: string, clientId: string): Promise<boolean>
  /** Whether the client is one of the program's own. False for a program that is not there. */
  isClient(appId: string, clientId: string): Promise<boolean>
}
