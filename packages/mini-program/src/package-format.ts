/**
 * The packed program: one JSON document that the packager writes and the runtime opens. Plain data and script text;
 * no path of the machine that packed it, no eval at run time.
 */

/**
 * The handler name of a `navigator`: the view sends a tap whose `handler` is this and whose `detail` is
 * `{ url, openType, delta }`; the logic answers it by calling my[openType] itself, and never looks for such a method.
 */
export const NAVIGATE_HANDLER = '$navigate'

/** The keys of app.json `window` and of a page's json that the runtime honours, already merged for a page. */
export interface WindowConfig {
  defaultTitle: string
  titleBarColor: string
  navigationBarFrontColor: 'black' | 'white'
  backgroundColor: string
  pullRefresh: boolean
  allowsBounceVertical: boolean
  onReachBottomDistance: number
}

export interface TabBarConfig {
  textColor: string
  selectedColor: string
  backgroundColor: string
  items: { pagePath: string; name: string; icon: string | null; activeIcon: string | null }[]
}

export interface PackedProgram {
  format: 1
  /** Page paths in the order of app.json, no leading slash. */
  pages: string[]
  /** The page that opens first. */
  homePage: string
  tabBar: TabBarConfig | null
  /** The window of each page: its own json over app.json. */
  windows: Record<string, WindowConfig>
  /**
   * Script text for the logic worker. Calls `__modules.define(path, function (require, module, exports) { … })` for
   * each JS file, once; the runtime runs `/app.js`, then `/{page}.js` the first time the page is opened. Ids are final:
   * absolute project paths that end in `.js` or `.json` (a TypeScript file keeps its place and ends in `.js`), and every
   * `require` in the text already names one. Only an id computed at run time can be unknown: require then throws.
   */
  logic: string
  /**
   * Script text for a view frame: one call for each AXML file, SJS file and page, in this order of kinds.
   *   `__views.defineSjs(id, function (require, module, exports, constructorName) { … })`
   *   `__views.defineFile(id, function (r) { … return { render, templates } })`, where `render(data)` gives the nodes
   *   `__views.definePage(path, id)`, path without a leading slash, id of its AXML file
   * Ids are absolute project paths. `r` is `RenderTools`, documented with the rest in `view/registry.ts`. The text has
   * no free name but `__views`, and what it defines runs only when the page is rendered.
   */
  view: string
  /**
   * CSS text of app.acss (`app`) and of each page (`pages[path]`): imports inlined, rpx already `calc(var(--rpx) * n)`,
   * local files as data URIs, `view` already `:is(tp-view,.a-view)`. Empty where there is no such file.
   */
  styles: { app: string; pages: Record<string, string> }
  /** Images and other files of the package, by path with leading slash. */
  assets: Record<string, { type: string; base64: string }>
  /** What the packager had to mend or ignore; shown to the developer. */
  warnings: { file: string; line: number; column: number; message: string }[]
}
