/**
 * The timeline as it grows: server-sent events, with the browser's own reconnecting. An order that does not exist is
 * said at once instead of retried for ever.
 */
import { sandboxPaths, type Timeline } from '@tradepay/contract'

export interface Feed {
  timeline: Timeline | null
  live: boolean
  missing: boolean
}

/** Follows an order, or the newest with `latest`. Answers how to stop. */
export function followTimeline(tradeNo: string, changed: (feed: Feed) => void): () => void {
  let feed: Feed = { timeline: null, live: false, missing: false }
  const update = (part: Partial<Feed>): void => {
    feed = { ...feed, ...part }
    changed(feed)
  }
  const source = new EventSource(sandboxPaths.timelineEvents(tradeNo))
  source.onopen = () => update({ live: true })
  source.onmessage = (event: MessageEvent<string>) =>
    update({ timeline: JSON.parse(event.data) as Timeline, live: true })
  source.onerror = () => update({ live: false, missing: source.readyState === EventSource.CLOSED })
  return () => source.close()
}
