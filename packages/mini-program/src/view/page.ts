/**
 * The page of this frame: renders the data, applies changes, and says when they are painted. Changes that come within
 * one frame share at most two renders; nobody could have seen them apart.
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
  #inFrame = false
  #dirty = false

  constructor(
    readonly root: HTMLElement,
    readonly draw: RenderTemplate,
  ) {}

  /** First data of the page. */
  mount(seq: number, data: Json): void {
    this.#data = data
    this.#mounted = true
    this.#seq = seq
    this.#show()
  }

  /** Changes, in order; before the first data there is nothing to change. */
  update(seq: number, changes: Change[]): void {
    if (!this.#mounted) return
    this.#data = applyChanges(this.#data, changes)
    this.#seq = seq
    this.#show()
  }

  /** The first change of a frame is rendered at once, because the user waits; what follows in the frame, at its end. */
  #show(): void {
    if (this.#inFrame) {
      this.#dirty = true
      return
    }
    this.#inFrame = true
    this.#render()
    this.#afterFrame(
      () => {
        this.#inFrame = false
        if (this.#dirty) this.#render()
      },
      (seq) => this.#tellPainted(seq),
    )
  }

  #render(): void {
    this.#dirty = false
    const data = typeof this.#data === 'object' && this.#data !== null && !Array.isArray(this.#data) ? this.#data : {}
    try {
      render(h(Boundary, { draw: this.draw, data: data as Data }), this.root)
    } catch (error) {
      // Whatever went wrong, the page's callbacks still come, and the next data is drawn.
      tellError(error)
    }
  }

  #tellPainted(seq: number): void {
    tellLogic({ kind: 'painted', seq })
    if (this.#painted) return
    this.#painted = true
    tellHost({ kind: 'painted' })
  }

  /** Runs `before` in the next frame and `after`, with what was rendered by then, once it is on the screen. */
  #afterFrame(before: () => void, after: (seq: number) => void): void {
    let done = false
    const run = () => {
      if (done) return
      done = true
      clearTimeout(timer)
      before()
      const seq = this.#seq
      // A message is handled after the frame it was sent in has been painted.
      const channel = new MessageChannel()
      channel.port1.onmessage = () => {
        channel.port1.close()
        after(seq)
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
}
