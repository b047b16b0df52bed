/**
 * Packs the folder of an Alipay-format mini program into one document (package-format.ts) that the runtime opens.
 * The same files give the same bytes, on any machine and at any time; nothing outside of the folder is read, and no
 * code of the program runs.
 */
import type { PackedProgram } from '../package-format.ts'
import { compileAcss } from './acss.ts'
import { findIcon, readAssets } from './assets.ts'
import { compileAxml } from './axml/compile.ts'
import { compileModules, scriptOf } from './js.ts'
import { compareText, PackError, startOf, Warnings, type PackWarning } from './pack-error.ts'
import { readApp, type AppConfig } from './read-app.ts'
import { Project } from './read-project.ts'
import { compileSjs } from './sjs.ts'

export { PackError, type PackWarning } from './pack-error.ts'

/** Limits of one package or sub-package, and of all together (miniprogram-format §1). */
export const MAX_PACKAGE_BYTES = 2 * 1024 * 1024
export const MAX_TOTAL_BYTES = 8 * 1024 * 1024

/** What a packed program holds, for lists and reviews; stored beside its bytes. */
export interface Manifest extends Record<string, unknown> {
  format: 1
  pages: string[]
  homePage: string
  /** Files the package was made of, with their sizes on disk. */
  files: { path: string; bytes: number }[]
  /** Bytes of the packed document and of its parts. */
  sizes: { packed: number; source: number; logic: number; view: number; styles: number; assets: number }
  /** Names of `my` that the scripts read. */
  apis: string[]
  /** Tags that the pages use. */
  components: string[]
  /** Path of the program's icon in `assets`, or null. */
  icon: string | null
  warnings: number
}

export interface Packed {
  packed: PackedProgram
  manifest: Manifest
  /** The packed program as UTF-8 JSON. Its SHA-256 names the package. */
  bytes: Buffer
  warnings: PackWarning[]
}

/**
 * Packs a folder that holds app.json. May be repeated: equal files give equal bytes.
 * @throws PackError with file, line, column, the problem and what to do
 */
export async function pack(folder: string): Promise<Packed> {
  const project = new Project(folder)
  const warnings = new Warnings()
  for (const link of project.links()) warnings.add(startOf(link), 'A link is not packed.')
  const app = readApp(project, warnings)
  const used = new Set<string>(['/app.json'])
  checkSizes(
    app,
    project,
    project.files().filter((path) => /\.(axml|acss|js|ts|sjs|json)$/.test(path)),
  )

  const logic = await compileModules(entriesOf(app, project), project, warnings)
  const view = await compileViews(app, project, warnings)
  const styles = compileStyles(app, project, warnings, used)
  const assets = readAssets(project)
  for (const page of app.pages) if (project.has(`/${page}.json`)) used.add(`/${page}.json`)
  for (const path of [...logic.files, ...view.files, ...Object.keys(assets)]) used.add(path)
  checkTabIcons(app, assets, warnings)
  checkSizes(app, project, [...used])

  const sorted = warnings.sorted()
  const packed: PackedProgram = {
    format: 1,
    pages: app.pages,
    homePage: app.homePage,
    tabBar: app.tabBar,
    windows: app.windows,
    logic: logic.code,
    view: view.code,
    styles,
    assets,
    warnings: sorted,
  }
  const bytes = Buffer.from(JSON.stringify(packed), 'utf8')
  const files = [...used].sort(compareText).map((path) => ({ path, bytes: project.size(path) }))
  const manifest: Manifest = {
    format: 1,
    pages: app.pages,
    homePage: app.homePage,
    files,
    sizes: {
      packed: bytes.length,
      source: files.reduce((sum, file) => sum + file.bytes, 0),
      logic: Buffer.byteLength(logic.code),
      view: Buffer.byteLength(view.code),
      styles:
        Buffer.byteLength(styles.app) +
        Object.values(styles.pages).reduce((sum, css) => sum + Buffer.byteLength(css), 0),
      assets: Object.keys(assets).reduce((sum, path) => sum + project.size(path), 0),
    },
    apis: logic.apis,
    components: view.tags,
    icon: findIcon(project, app.icon),
    warnings: sorted.length,
  }
  return { packed, manifest, bytes, warnings: sorted }
}

function entriesOf(app: AppConfig, project: Project): string[] {
  const script = (base: string, advice: string) => {
    const file = scriptOf(base, project)
    if (!file) throw new PackError(startOf('/app.json'), `There is no ${base}.js`, advice)
    return file
  }
  return [
    script('/app', 'Create app.js with App({}).'),
    ...app.pages.map((page) => script(`/${page}`, 'Create it with Page({}), or take the page out of app.json.')),
  ]
}

async function compileViews(
  app: AppConfig,
  project: Project,
  warnings: Warnings,
): Promise<{ code: string; files: string[]; tags: string[] }> {
  const compiled = new Map<string, ReturnType<typeof compileAxml>>()
  const waiting: string[] = []
  for (const page of app.pages) {
    const file = `/${page}.axml`
    if (!project.has(file))
      throw new PackError(startOf('/app.json'), `There is no ${file}`, 'Create it, or take the page out of app.json.')
    waiting.push(file)
  }
  for (let file = waiting.shift(); file !== undefined; file = waiting.shift()) {
    if (compiled.has(file)) continue
    const result = compileAxml(file, project, warnings)
    compiled.set(file, result)
    waiting.push(...result.imports)
  }
  const all = [...compiled].sort(([a], [b]) => compareText(a, b))
  const sjs = await compileSjs(
    all.flatMap(([, file]) => file.sjs),
    project,
    warnings,
  )
  const pages = app.pages.map(
    (page) => `__views.definePage(${JSON.stringify(page)},${JSON.stringify(`/${page}.axml`)});`,
  )
  return {
    code: [...(sjs.code === '' ? [] : [sjs.code]), ...all.map(([, file]) => file.code), ...pages].join('\n'),
    files: [...sjs.files, ...all.flatMap(([path, file]) => [path, ...file.included])],
    tags: [...new Set(all.flatMap(([, file]) => [...file.tags]))].sort(compareText),
  }
}

function compileStyles(
  app: AppConfig,
  project: Project,
  warnings: Warnings,
  used: Set<string>,
): PackedProgram['styles'] {
  const compile = (path: string) => {
    if (!project.has(path)) return ''
    const { css, files } = compileAcss(path, project, warnings)
    for (const file of files) used.add(file)
    return css
  }
  const pages: Record<string, string> = {}
  for (const page of app.pages) pages[page] = compile(`/${page}.acss`)
  return { app: compile('/app.acss'), pages }
}

function checkTabIcons(app: AppConfig, assets: PackedProgram['assets'], warnings: Warnings): void {
  for (const item of app.tabBar?.items ?? []) {
    for (const icon of [item.icon, item.activeIcon]) {
      if (icon?.startsWith('/') && !assets[icon]) warnings.add(startOf('/app.json'), `There is no tab icon ${icon}.`)
    }
  }
}

/** @throws PackError when a package, or all together, is larger than Alipay allows */
function checkSizes(app: AppConfig, project: Project, files: string[]): void {
  const sizes = new Map<string, number>()
  let total = 0
  for (const file of files) {
    const root = app.packageRoots.find((each) => file.startsWith(`/${each}/`)) ?? ''
    const size = (sizes.get(root) ?? 0) + project.size(file)
    sizes.set(root, size)
    total += project.size(file)
    if (size > MAX_PACKAGE_BYTES) {
      const name = root === '' ? 'The main package' : `The sub-package ${root}`
      throw new PackError(
        startOf(file),
        `${name} is larger than 2 MB`,
        'Make pictures smaller, or move pages to sub-packages.',
      )
    }
    if (total > MAX_TOTAL_BYTES) {
      throw new PackError(
        startOf(file),
        'The program is larger than 8 MB',
        'Make pictures smaller, or load them from a server.',
      )
    }
  }
}
