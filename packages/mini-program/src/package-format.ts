/**
 * The packed program: one JSON document that the packager writes and the runtime opens. Plain data and script text;
 * no path of the machine that packed it, no eval at run time.
 */

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
   * each JS file, once; the runtime runs `app.js`, then a page's module the first time the page is opened.
   */
  logic: string
  /**
   * Script text for a view frame. Calls `__views.definePage(path, render)` for each page and `__views.defineTemplate…`
   * as the packager and the view agree in `view/registry.ts`.
   */
  view: string
  /** CSS text of app.acss (`app`) and of each page (`pages[path]`), rpx already `calc(var(--rpx) * n)`. */
  styles: { app: string; pages: Record<string, string> }
  /** Images and other files of the package, by path with leading slash. */
  assets: Record<string, { type: string; base64: string }>
  /** What the packager had to mend or ignore; shown to the developer. */
  warnings: { file: string; line: number; column: number; message: string }[]
}
