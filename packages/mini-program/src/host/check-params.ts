/**
 * Checks what a mini program passed against the table of my.* APIs, and copies only what the table names. What comes
 * from here has the declared types, has no prototype but Object's, and is not larger than declared.
 */
import { myErrors, type MyApi, type MyShape } from '@tradepay/contract'
import { isRecord, toPlain, utf8Length } from '../bridge/plain.ts'
import { ApiFailure } from './types.ts'

export type Params = Record<string, unknown>

/**
 * The parameters of a call. Unknown names are dropped; null and undefined count as not given.
 * @throws ApiFailure 2 that names the parameter.
 */
export function checkParams(api: MyApi, given: unknown): Params {
  const source = isRecord(given) ? given : {}
  const params: Params = {}
  for (const [name, { shape, required }] of Object.entries(api.params)) {
    const value = Object.hasOwn(source, name) ? source[name] : undefined
    if (value === undefined || value === null) {
      if (required) throw bad(api, name, 'is missing')
      continue
    }
    params[name] = checkShape(api, name, shape, value)
  }
  return params
}

const bad = (api: MyApi, name: string, problem: string): ApiFailure =>
  new ApiFailure(myErrors.badParameter, `${api.name}: ${name} ${problem}`)

function checkShape(api: MyApi, name: string, shape: MyShape, value: unknown): unknown {
  switch (shape.is) {
    case 'text': {
      const text = textOf(value)
      if (text === null) throw bad(api, name, 'must be a text')
      if (text.length > shape.max) throw bad(api, name, `is longer than ${shape.max} characters`)
      if (shape.oneOf && !shape.oneOf.includes(text)) throw bad(api, name, `must be one of ${shape.oneOf.join(', ')}`)
      return text
    }
    case 'number': {
      const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value
      if (typeof number !== 'number' || !Number.isFinite(number)) throw bad(api, name, 'must be a number')
      return Math.min(shape.max, Math.max(shape.min, number))
    }
    case 'flag':
      return value === true || value === 'true' || value === 1
    case 'texts': {
      const list = Array.isArray(value) ? value : [value]
      if (list.length > shape.maxItems) throw bad(api, name, `has more than ${shape.maxItems} items`)
      return list.map((item) => {
        if (typeof item !== 'string' || item.length > shape.max)
          throw bad(api, name, 'must be a text or a list of texts')
        return item
      })
    }
    case 'textMap':
      return checkTextMap(api, name, shape.maxBytes, value)
    case 'json':
      return checkJson(api, name, shape.maxBytes, value)
  }
}

function textOf(value: unknown): string | null {
  if (typeof value === 'string') return value
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : null
}

function checkTextMap(api: MyApi, name: string, maxBytes: number, value: unknown): Map<string, string> {
  if (!isRecord(value)) throw bad(api, name, 'must be an object of texts')
  const result = new Map<string, string>()
  let bytes = 0
  for (const [key, item] of Object.entries(value)) {
    if (item === undefined || item === null) continue
    const text = textOf(item)
    if (text === null) throw bad(api, name, `has a value that is not a text at "${key.slice(0, 64)}"`)
    bytes += key.length + text.length
    if (bytes > maxBytes) throw bad(api, name, `is larger than ${maxBytes} bytes`)
    result.set(key, text)
  }
  return result
}

function checkJson(api: MyApi, name: string, maxBytes: number, value: unknown): unknown {
  let plain: unknown
  try {
    plain = toPlain(value)
  } catch {
    throw bad(api, name, 'is not JSON data')
  }
  if (plain === undefined) throw bad(api, name, 'is not JSON data')
  if (utf8Length(typeof plain === 'string' ? plain : JSON.stringify(plain)) > maxBytes) {
    throw bad(api, name, `is larger than ${maxBytes} bytes`)
  }
  return plain
}
