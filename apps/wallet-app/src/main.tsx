/** Starts the wallet app in its page. */
import { render } from 'preact'
import { direction, locale } from './messages/index.ts'
import { App } from './shell/app.tsx'
import './ui/tokens.css'
import './ui/base.css'

document.documentElement.lang = locale
document.documentElement.dir = direction
render(<App />, document.getElementById('app')!)
