/**
 * What an element of the page carries besides its look: handlers, dataset, marks, hover class; and, for a control, how
 * a form or a label speaks to it. They are properties of the element itself, so that one listener on the document can
 * serve a page of thousands of elements.
 */
import type { Json } from '../bridge/messages.ts'
import type { Handlers } from './registry.ts'

export interface Hover {
  className: string
  startMs: number
  stayMs: number
}

export interface ElementInfo {
  on?: Handlers
  data?: Record<string, unknown>
  mark?: Record<string, unknown>
  hover?: Hover
  formType?: 'submit' | 'reset'
  disabled?: boolean
  /** A label's `for`. */
  labelFor?: string
  /** What a tap does besides its handlers. */
  onTap?(): void
}

export interface Control {
  name: string
  read(): Json
  reset(): void
  /** What a tap on its label does. */
  activate(): void
}

declare global {
  interface HTMLElement {
    tpInfo?: ElementInfo | ''
    tpControl?: Control
  }
}

/** Preact sets a property that the element has, and an attribute otherwise: this makes it a property. */
export function prepareElements(): void {
  Object.defineProperty(HTMLElement.prototype, 'tpInfo', { value: undefined, writable: true, configurable: true })
}

export function infoOf(element: HTMLElement): ElementInfo | undefined {
  return element.tpInfo || undefined
}

/** Whether an element is a tag of the page, not a part of a component's inside. */
export function isTag(element: Element | null): element is HTMLElement {
  return element instanceof HTMLElement && element.localName.startsWith('tp-')
}

/** The tag's name as written: `tp-scroll-view` is `scroll-view`. */
export function tagNameOf(element: HTMLElement): string {
  return element.localName.replace(/^tp-/, '')
}

/** The tags from the one hit up to the page's root. */
export function tagsAbove(start: EventTarget | null): HTMLElement[] {
  const tags: HTMLElement[] = []
  for (let element = start instanceof Element ? start : null; element; element = element.parentElement) {
    if (isTag(element)) tags.push(element)
  }
  return tags
}
