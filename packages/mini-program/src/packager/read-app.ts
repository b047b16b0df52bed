/**
 * Reads app.json and each page's json into what the runtime honours: pages, home page, windows, tab bar. Unknown keys
 * are ignored; WeChat names of window keys are taken as aliases (miniprogram-format §1).
 */
import type { TabBarConfig, WindowConfig } from '../package-format.ts'
import { PackError, SourceText, startOf, type Warnings } from './pack-error.ts'
import type { Project } from './read-project.ts'

export interface AppConfig {
  pages: string[]
  homePage: string
  tabBar: TabBarConfig | null
  windows: Record<string, WindowConfig>
  /** Roots of sub-packages without slashes at the ends: each has its own size limit. */
  packageRoots: string[]
  /** `icon` of app.json, as written. */
  icon: string | null
}

type Keys = Record<string, unknown>

const DEFAULT_WINDOW: WindowConfig = {
  defaultTitle: '',
  titleBarColor: '#ffffff',
  navigationBarFrontColor: 'black',
  backgroundColor: '#ffffff',
  pullRefresh: false,
  allowsBounceVertical: true,
  onReachBottomDistance: 50,
}

/** @throws PackError for a file that is missing, not JSON, or names pages that do not exist */
export function readApp(project: Project, warnings: Warnings): AppConfig {
  if (!project.has('/app.json')) {
    throw new PackError(startOf('/app.json'), 'There is no app.json', 'Give the folder that holds app.json.')
  }
  const source = project.text('/app.json')
  const app = parseKeys(source)
  const { pages, packageRoots } = readPages(app, source)
  const entry = typeof app['entryPagePath'] === 'string' ? app['entryPagePath'].replace(/^\//, '') : pages[0]!
  if (!pages.includes(entry)) {
    throw new PackError(placeOf(source, entry), `entryPagePath "${entry}" is not one of pages`, 'Add it to pages.')
  }
  const appWindow = isKeys(app['window']) ? app['window'] : {}
  if (isKeys(app['usingComponents'])) warnComponents(source, app['usingComponents'], warnings)
  const windows: Record<string, WindowConfig> = {}
  for (const page of pages) {
    const path = `/${page}.json`
    let own: Keys = {}
    if (project.has(path)) {
      const pageSource = project.text(path)
      own = parseKeys(pageSource)
      if (isKeys(own['usingComponents'])) warnComponents(pageSource, own['usingComponents'], warnings)
    }
    windows[page] = mergeWindow(appWindow, own)
  }
  return {
    pages,
    homePage: entry,
    tabBar: readTabBar(app['tabBar'], pages, source),
    windows,
    packageRoots,
    icon: typeof app['icon'] === 'string' ? app['icon'] : null,
  }
}

/** @throws PackError with the place of the first mistake */
export function parseKeys(source: SourceText): Keys {
  let value: unknown
  try {
    value = JSON.parse(source.text)
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error)
    const position = Number(
      /position (\d+)/.exec(message)?.[1] ?? (/end of JSON/i.test(message) ? source.text.length : 0),
    )
    throw new PackError(source.place(position), 'The file is not JSON', `Mend it here: ${message}.`)
  }
  if (!isKeys(value)) throw new PackError(source.place(0), 'The file is not a JSON object', 'Write { … }.')
  return value
}

function isKeys(value: unknown): value is Keys {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** Where a string stands in the JSON text; the start of the file if it is written in an unusual way. */
function placeOf(source: SourceText, text: string) {
  return source.place(Math.max(0, source.text.indexOf(JSON.stringify(text))))
}

function warnComponents(source: SourceText, components: Keys, warnings: Warnings): void {
  for (const name of Object.keys(components)) {
    warnings.add(placeOf(source, name), `Custom components do not run yet: <${name}> shows as a plain block.`)
  }
}

function readPages(app: Keys, source: SourceText): { pages: string[]; packageRoots: string[] } {
  const pages: string[] = []
  const add = (page: unknown, prefix: string) => {
    if (typeof page !== 'string' || page.trim() === '') {
      throw new PackError(placeOf(source, 'pages'), 'A page is not a path', 'List paths such as "pages/index/index".')
    }
    const path = (prefix + page.replace(/^\//, '')).replace(/\/+/g, '/')
    if (path.includes('\\') || path.split('/').some((part) => part === '..' || part === '.' || part === '')) {
      throw new PackError(
        placeOf(source, page),
        `Page "${page}" leads out of the project`,
        'Write a path from the root.',
      )
    }
    if (!pages.includes(path)) pages.push(path)
  }
  if (!Array.isArray(app['pages']) || app['pages'].length === 0) {
    throw new PackError(placeOf(source, 'pages'), 'app.json lists no pages', 'Add "pages": ["pages/index/index"].')
  }
  for (const page of app['pages']) add(page, '')
  const packageRoots: string[] = []
  const subPackages = app['subPackages'] ?? app['subpackages']
  for (const subPackage of Array.isArray(subPackages) ? subPackages : []) {
    if (!isKeys(subPackage) || typeof subPackage['root'] !== 'string' || !Array.isArray(subPackage['pages'])) {
      throw new PackError(
        placeOf(source, 'subPackages'),
        'A sub-package has no root or no pages',
        'Write { "root": "…", "pages": […] }.',
      )
    }
    const root = subPackage['root'].replace(/^\/|\/$/g, '')
    packageRoots.push(root)
    for (const page of subPackage['pages']) add(page, `${root}/`)
  }
  return { pages, packageRoots }
}

function mergeWindow(app: Keys, page: Keys): WindowConfig {
  // In a page's json the keys stand at the top; some programs keep them under "window" there too.
  const layers = [page, isKeys(page['window']) ? page['window'] : {}, app]
  const pick = (...names: string[]): unknown => {
    for (const layer of layers)
      for (const name of names) if (layer[name] !== undefined && layer[name] !== null) return layer[name]
    return undefined
  }
  const text = (fallback: string, ...names: string[]) => {
    const value = pick(...names)
    return typeof value === 'string' ? value : fallback
  }
  const yes = (fallback: boolean, ...names: string[]) => {
    const value = pick(...names)
    if (typeof value === 'boolean') return value
    return typeof value === 'string' ? /^(yes|true)$/i.test(value) : fallback
  }
  const distance = Number(pick('onReachBottomDistance'))
  const bounces = yes(DEFAULT_WINDOW.allowsBounceVertical, 'allowsBounceVertical')
  return {
    defaultTitle: text(DEFAULT_WINDOW.defaultTitle, 'defaultTitle', 'navigationBarTitleText'),
    titleBarColor: text(DEFAULT_WINDOW.titleBarColor, 'titleBarColor', 'navigationBarBackgroundColor'),
    navigationBarFrontColor: /^white$/i.test(text('black', 'navigationBarFrontColor', 'navigationBarTextStyle'))
      ? 'white'
      : 'black',
    backgroundColor: text(DEFAULT_WINDOW.backgroundColor, 'backgroundColor'),
    pullRefresh: bounces && yes(DEFAULT_WINDOW.pullRefresh, 'pullRefresh', 'enablePullDownRefresh'),
    allowsBounceVertical: bounces,
    onReachBottomDistance: Number.isFinite(distance) && distance >= 0 ? distance : DEFAULT_WINDOW.onReachBottomDistance,
  }
}

function readTabBar(value: unknown, pages: string[], source: SourceText): TabBarConfig | null {
  if (!isKeys(value)) return null
  const items = value['items'] ?? value['list']
  if (!Array.isArray(items)) return null
  const text = (keys: Keys, fallback: string, ...names: string[]) => {
    const name = names.find((each) => typeof keys[each] === 'string')
    return name === undefined ? fallback : (keys[name] as string)
  }
  return {
    textColor: text(value, '#666666', 'textColor', 'color'),
    selectedColor: text(value, '#1677ff', 'selectedColor'),
    backgroundColor: text(value, '#ffffff', 'backgroundColor'),
    items: items.map((item: unknown) => {
      const keys = isKeys(item) ? item : {}
      const pagePath = text(keys, '', 'pagePath').replace(/^\//, '')
      if (!pages.includes(pagePath)) {
        throw new PackError(
          placeOf(source, pagePath),
          `The tab bar names "${pagePath}", which is not a page`,
          'Add it to pages.',
        )
      }
      const icon = (...names: string[]) => {
        const path = text(keys, '', ...names)
        return path === '' || /^(https?:|data:)/.test(path) ? path || null : `/${path.replace(/^(\.?\/)+/, '')}`
      }
      return {
        pagePath,
        name: text(keys, '', 'name', 'text'),
        icon: icon('icon', 'iconPath'),
        activeIcon: icon('activeIcon', 'selectedIconPath'),
      }
    }),
  }
}
