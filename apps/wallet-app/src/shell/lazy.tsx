/** Parts of the app that are loaded when they are first needed, each from a file of its own. */
import type { ComponentType } from 'preact'
import { useEffect, useState } from 'preact/hooks'
import { t } from '../messages/index.ts'
import { Blank, Spinner } from '../ui/parts.tsx'

/** A component that loads its module first. A failed load can be tried again: the user may have been offline. */
export function lazy<Props extends object>(load: () => Promise<ComponentType<Props>>) {
  let loaded: ComponentType<Props> | undefined
  return function Lazy(props: Props) {
    const [, render] = useState({})
    const [failed, setFailed] = useState(false)
    useEffect(() => {
      if (loaded || failed) return
      load().then(
        (component) => {
          loaded = component
          render({})
        },
        () => setFailed(true),
      )
    }, [failed])
    if (loaded) {
      const Loaded = loaded as ComponentType<object>
      return <Loaded {...props} />
    }
    if (!failed) {
      return (
        <div class="blank">
          <Spinner />
        </div>
      )
    }
    return (
      <Blank page title={t.splash.failedTitle}>
        <button type="button" class="button quiet" onClick={() => setFailed(false)}>
          {t.tryAgain}
        </button>
      </Blank>
    )
  }
}
