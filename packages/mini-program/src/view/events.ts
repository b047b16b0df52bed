/**
 * Events on their way from an element to the page's method. Bubbling ones walk the tags from the one hit to the root,
 * capture handlers before them from the root down; component events go to their own tag alone.
 * `target.dataset` is that of the tag that holds the handler, and `target.targetDataset` that of the tag hit: Alipay's
 * peculiarity (miniprogram-format §2, Events).
 */
import type { EventTargetInfo, Json, ViewEvent } from '../bridge/messages.ts'
import { infoOf, tagNameOf } from './element-info.ts'
import { tellLogic, toJson } from './link.ts'

export interface Extra {
  touches?: Json
  changedTouches?: Json
}

/** Sends a component's own event to the handler on its tag, if there is one. */
export function emit(element: HTMLElement | null, type: string, detail: Json): void {
  if (element) deliver(element, element, [element], type, type, detail, {})
}

/** Whether any tag of the path handles the event. */
export function isHandled(path: HTMLElement[], type: string): boolean {
  return path.some((element) => {
    const on = infoOf(element)?.on
    return on !== undefined && (on[type] !== undefined || on[`capture:${type}`] !== undefined)
  })
}

/** Sends an event along the path (hit tag first). Returns whether any handler took it. */
export function bubble(path: HTMLElement[], type: string, detail: Json, extra: Extra = {}): boolean {
  const [hit] = path
  if (!hit) return false
  let taken = false
  for (const element of path.toReversed()) {
    const outcome = deliver(element, hit, path, `capture:${type}`, type, detail, extra)
    taken ||= outcome !== 'none'
    if (outcome === 'stopped') return true
  }
  for (const element of path) {
    const outcome = deliver(element, hit, path, type, type, detail, extra)
    taken ||= outcome !== 'none'
    if (outcome === 'stopped') return true
  }
  return taken
}

function deliver(
  element: HTMLElement,
  hit: HTMLElement,
  path: HTMLElement[],
  key: string,
  type: string,
  detail: Json,
  extra: Extra,
): 'none' | 'taken' | 'stopped' {
  const entry = infoOf(element)?.on?.[key]
  if (!entry) return 'none'
  const [handler, stops] = entry
  const end = stops === 1 ? 'stopped' : 'none'
  // No handler name: nothing to call, but a catch still holds the event.
  if (typeof handler !== 'string' || handler === '') return end
  const event: ViewEvent = {
    handler,
    type,
    timeStamp: Math.round(performance.timeOrigin + performance.now()),
    target: { ...describe(hit), dataset: datasetOf(element), targetDataset: datasetOf(hit) },
    currentTarget: { ...describe(element), dataset: datasetOf(element), targetDataset: datasetOf(hit) },
    detail,
    ...extra,
  }
  const mark = marksOf(path)
  if (mark) event.mark = mark
  tellLogic({ kind: 'event', event })
  return stops === 1 ? 'stopped' : 'taken'
}

function describe(element: HTMLElement): Pick<EventTargetInfo, 'id' | 'tagName' | 'offsetLeft' | 'offsetTop'> {
  return { id: element.id, tagName: tagNameOf(element), offsetLeft: element.offsetLeft, offsetTop: element.offsetTop }
}

export function datasetOf(element: HTMLElement): { [key: string]: Json } {
  const data = infoOf(element)?.data
  const result: { [key: string]: Json } = {}
  if (data) for (const [name, value] of Object.entries(data)) if (value !== undefined) result[name] = toJson(value)
  return result
}

/** Marks from the tag hit up to the root; the nearer wins. */
function marksOf(path: HTMLElement[]): { [key: string]: Json } | null {
  let marks: { [key: string]: Json } | null = null
  for (const element of path) {
    const own = infoOf(element)?.mark
    if (!own) continue
    marks ??= {}
    for (const [name, value] of Object.entries(own)) if (!Object.hasOwn(marks, name)) marks[name] = toJson(value)
  }
  return marks
}
