/**
 * The page that shows one description, with the choice of all of them on top. Everything it loads lies on this server.
 */
import type { Description } from './documents.ts'

/** Where everything of this door lies. */
export const DOCS = '/docs'
/** Where the files of Swagger UI lie. */
export const SWAGGER_UI = `${DOCS}/swagger-ui`

export const documentPath = ({ name }: Pick<Description, 'name'>): string => `${DOCS}/${name}.json`
export const pagePath = ({ name }: Pick<Description, 'name'>): string => `${DOCS}/${name}`

/** What a page of this door may do: run its own scripts and ask its own server. The pictures of Swagger UI are data. */
export const docsPolicy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "frame-ancestors 'none'",
  "base-uri 'none'",
  "form-action 'none'",
].join('; ')

export function page(shown: Description, all: readonly Description[]): string {
  const links = all.map((each) => {
    const here = each.name === shown.name ? ' aria-current="page"' : ''
    return `<a href="${pagePath(each)}"${here}>${each.document.info.title}</a> `
  })
  return `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8" />
    <meta name="viewport" content="width=device-width, initial-scale=1" />
    <title>${shown.document.info.title} · TradePay</title>
    <meta name="color-scheme" content="light dark" />
    <link rel="icon" href="data:," />
    <script src="${DOCS}/scheme.js"></script>
    <link rel="stylesheet" href="${SWAGGER_UI}/swagger-ui.css" />
    <link rel="stylesheet" href="${DOCS}/page.css" />
    <script defer src="${SWAGGER_UI}/swagger-ui-bundle.js"></script>
    <script defer src="${DOCS}/page.js"></script>
  </head>
  <body data-document="${documentPath(shown)}" data-can-be-tried="${String(shown.canBeTried)}">
    <nav aria-label="APIs">
      ${links.join('\n      ')}
      <a href="${documentPath(shown)}" download>OpenAPI 3.1</a>
    </nav>
    <main id="description"></main>
  </body>
</html>
`
}
