/**
 * The flow page: Figure 1 of "Use TradeNO to pay" drawn live from the timeline of one order. `/flow/{tradeNo}` shows
 * that order; `/flow` follows the newest one, and waits for it if there is none yet.
 */
import { render } from 'preact'
import { useEffect, useState } from 'preact/hooks'
import { Afterwards } from './afterwards.tsx'
import { Details } from './details.tsx'
import { Diagram } from './diagram.tsx'
import { firstStepToShow, formatDuration, readFlow } from './flow.ts'
import { followTimeline, type Feed } from './feed.ts'

const asked = decodeURIComponent(location.pathname.replace(/^\/flow\/?/, '')) || 'latest'

function FlowPage() {
  const [feed, setFeed] = useState<Feed>({ timeline: null, live: false, missing: false })
  const [chosen, setChosen] = useState<number | null>(null)
  useEffect(() => followTimeline(asked, setFeed), [])

  const flow = readFlow(feed.timeline?.entries ?? [])
  const tradeNo = feed.timeline?.tradeNo ?? null
  const shown = chosen ?? firstStepToShow(flow)

  return (
    <main class="page">
      <header class="top">
        <div>
          <h1>Use TradeNO to pay</h1>
          <p class="trade-no">
            {tradeNo ? (
              <>
                <span>tradeNo</span> <code>{tradeNo}</code>
              </>
            ) : feed.missing ? (
              `There is no order ${asked}.`
            ) : (
              'Waiting for an order'
            )}
          </p>
        </div>
        <p class={`live ${feed.live ? 'on' : ''}`} role="status">
          {feed.live ? 'live' : 'connecting…'}
        </p>
      </header>
      <p class="progress">
        <strong>{flow.done}</strong> of 19 steps
        {flow.totalMs !== null && <> · {formatDuration(flow.totalMs)}</>}
        {!tradeNo && !feed.missing && (
          <>
            {' '}
            · <a href="/">open the wallet app</a> and order a coffee
          </>
        )}
        {feed.missing && (
          <>
            {' '}
            · <a href="/flow">follow the newest order</a>
          </>
        )}
      </p>
      {flow.aside && (
        <p class="aside" role="status">
          {flow.aside}
        </p>
      )}
      <div class="columns">
        <Diagram flow={flow} chosen={shown} choose={setChosen} />
        <Details
          step={flow.steps[shown - 1]!}
          startedAt={flow.startedAt}
          close={() => setChosen(null)}
          open={chosen !== null}
        />
      </div>
      <Afterwards refunds={flow.refunds} />
    </main>
  )
}

render(<FlowPage />, document.getElementById('flow')!)
