/**
 * Promises of the descriptions: they are OpenAPI 3.1, and what they show is what they say.
 */
import { Validator } from '@seriousme/openapi-schema-validator'
import { Type } from 'typebox'
import { describe, expect, test } from 'vitest'
import { alipayMethods } from '../alipay-api.ts'
import { alipayCalls } from '../alipay-calls.ts'
import { alipayExamples } from './alipay-examples.ts'
import { Components } from './components.ts'
import {
  alipayDocument,
  alipayV3Document,
  cashierDocument,
  checkOf,
  messagesOf,
  sandboxDocument,
  superappDocument,
  walletDocument,
  type OpenApiDocument,
} from './index.ts'

const documents: [string, OpenApiDocument][] = [
  ['superapp', superappDocument(['', '/aps/api'])],
  ['alipay', alipayDocument()],
  ['alipay-v3', alipayV3Document()],
  ['cashier', cashierDocument()],
  ['wallet', walletDocument()],
  ['sandbox', sandboxDocument()],
]
/** As whoever downloads it reads it. */
const read = <Value>(value: Value): Value => JSON.parse(JSON.stringify(value)) as Value

describe.each(documents)('the description of %s', (_name, document) => {
  test('is an OpenAPI 3.1 document', async () => {
    const { valid, errors } = await new Validator().validate({ ...read(document) })
    expect(errors).toBeUndefined()
    expect(valid).toBe(true)
    expect(document.openapi).toMatch(/^3\.1\./)
  })

  test('names each operation once, with a sentence of what it does', () => {
    const operations = Object.values({ ...document.paths, ...document.webhooks }).flatMap((item) => Object.values(item))
    const ids = operations.map(({ operationId }) => operationId)
    expect(new Set(ids).size).toBe(ids.length)
    for (const { summary, tags } of operations) {
      expect(summary).not.toBe('')
      expect(document.tags.map(({ name }) => name)).toContain(tags[0])
    }
  })

  test('shows nothing that its own schemas refuse', () => {
    let shown = 0
    const wire = read(document)
    for (const { at, message } of messagesOf(wire)) {
      const check = checkOf(wire, message.schema ?? {})
      for (const [name, { value }] of Object.entries(message.examples ?? {})) {
        shown++
        expect(check(value), `${at}, example ${name}`).toEqual([])
      }
    }
    expect(shown).toBeGreaterThan(5)
  })

  test('leaves no reference open and no component unused', () => {
    const text = JSON.stringify(document)
    const used = new Set([...text.matchAll(/"\$ref":"#\/components\/([^"]+)"/g)].map(([, name]) => name))
    const { schemas, parameters = {}, headers = {} } = document.components
    const there = Object.entries({ schemas, parameters, headers }).flatMap(([kind, all]) =>
      Object.keys(all).map((name) => `${kind}/${name}`),
    )
    expect([...used].toSorted()).toEqual(there.toSorted())
  })

  test('holds no key', () => {
    expect(JSON.stringify(document)).not.toMatch(/PRIVATE KEY|whsec_/)
  })
})

describe('what is shown as the content of a call', () => {
  test.each(alipayMethods.filter((method) => alipayCalls[method].content))(
    'of %s is what biz_content may hold',
    (method) => {
      const document = read(alipayDocument())
      const check = checkOf(document, { $ref: `#/components/schemas/${method}.biz_content` })
      expect(check(JSON.parse(String(alipayExamples[method].request['biz_content'])))).toEqual([])
    },
  )
})

describe('a schema in a document', () => {
  test('is written once under its name, and means what it meant', () => {
    const Size = Type.Union([Type.Literal('S'), Type.Literal('M')], { title: 'How large' })
    const Cup = Type.Object(
      { size: Size, title: Type.Optional(Type.String({ description: 'any text' })) },
      { $id: 'Cup' },
    )
    const Order = Type.Object({ cups: Type.Array(Cup), gift: Type.Optional(Cup), sizes: Type.Array(Size) })
    const components = new Components({ Cup })
    expect(components.of(Order)).toEqual({
      type: 'object',
      required: ['cups', 'sizes'],
      properties: {
        cups: { type: 'array', items: { $ref: '#/components/schemas/Cup' } },
        gift: { $ref: '#/components/schemas/Cup' },
        sizes: { type: 'array', items: { type: 'string', enum: ['S', 'M'], description: 'How large' } },
      },
    })
    expect(components.schemas).toEqual({
      Cup: {
        type: 'object',
        required: ['size'],
        properties: {
          size: { type: 'string', enum: ['S', 'M'], description: 'How large' },
          title: { type: 'string', description: 'any text' },
        },
      },
    })
  })

  test('refuses what the schema refuses', () => {
    const [, document] = documents[0]!
    const check = checkOf(document, { $ref: '#/components/schemas/SuperappPayRequestV1' })
    expect(check({ paymentRequestId: 'a', paymentAmount: { currency: 'CNY', value: '1' } })).toEqual([])
    expect(check({ paymentRequestId: 'a#', paymentAmount: { currency: 'CNY', value: '1' } })).not.toEqual([])
    expect(check({ paymentRequestId: 'a', paymentAmount: { currency: 'CNY' } })).not.toEqual([])
    expect(check([])).not.toEqual([])
  })
})
