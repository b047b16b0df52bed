/**
 * The page of this frame: renders the data, applies changes, and says when they are painted. Changes that come within
 * one frame are rendered together; nobody could have seen them apart.
 */
import { Component, h, render, type ComponentChildren } from 'preact'
import type { Change, Json } from '../bridge/messages.ts'
import { tellError, tellHost, tellLogic } from './link.ts'
import type { Data, RenderTemplate } from './registry.ts'
import { applyChanges } from './store.ts'

/** A frame that is not shown gets no animation frames; the page's callbacks must come all the same. */
const HIDDEN_FRAME_MS = 250

export class Page {
  #data: Json = {}
  #mounted = false
  #painted = false
  #seq = -1
  #scheduled = false

  constructor(
    readonly root: HTMLElement,
    readonly draw: RenderTemplate,
  ) {}

  /** First data: rendered at once, because the user waits. */
  mount(seq: number, data: Json): void {
    this.#data = data
    this.#mounted = true
    this.#seq = seq
    this.#render()
    this.#afterFrame(() => this.#tellPainted())
  }

  update(seq: number, changes: Change[]): void {
    if (!this.#mounted) return
    this.#data = applyChanges(this.#data, changes)
    this.#seq = seq
    if (this.#scheduled) return
    this.#scheduled = true
    this.#afterFrame(
      () => this.#tellPainted(),
      () => {
        this.#scheduled = false
        this.#render()
      },
    )
  }

  #render(): void {
    const data = typeof this.#data === 'object' && this.#data !== null && !Array.isArray(this.#data) ? this.#data : {}
    render(h(Boundary, { draw: this.draw, data: data as Data }), this.root)
  }

  #tellPainted(): void {
    tellLogic({ kind: 'painted', seq: this.#seq })
    if (this.#painted) return
    this.#painted = true
    tellHost({ kind: 'painted' })
  }

  /** Runs `before` in the next frame and `after` once it is on the screen. */
  #afterFrame(after: () => void, before?: () => void): void {
    let done = false
    const run = () => {
      if (done) return
      done = true
      clearTimeout(timer)
      before?.()
      // A message is handled after the frame it was sent in has been painted.
      const channel = new MessageChannel()
      channel.port1.onmessage = () => {
        channel.port1.close()
        after()
      }
      channel.port2.postMessage(null)
    }
    const timer = setTimeout(run, HIDDEN_FRAME_MS)
    requestAnimationFrame(run)
  }
}

interface BoundaryProps {
  draw: RenderTemplate
  data: Data
}

/** An expression that throws (an SJS function can) leaves the page as it was and is told; the next data may mend it. */
class Boundary extends Component<BoundaryProps> {
  #last: ComponentChildren = null

  override render({ draw, data }: BoundaryProps): ComponentChildren {
    try {
      this.#last = draw(data)
    } catch (error) {
      tellError(error)
    }
    return this.#last
  }

  override componentDidCatch(error: unknown): void {
    tellError(error)
  }
}
