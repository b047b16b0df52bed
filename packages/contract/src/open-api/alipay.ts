/**
 * The Alipay gateway as an OpenAPI document: one address, whose `method` says what is called, hence one operation with a
 * schema for each method; the download of bills; and the notification as a webhook. Source: alipay-openapi §1 to §9.
 */
import { Type, type TObject } from 'typebox'
import {
  ALIPAY_ACKNOWLEDGEMENT,
  ALIPAY_ORDER_STRING_METHOD,
  alipayBillPath,
  alipayCodes,
  AlipayBuyer,
  AlipayFundBill,
  alipayGatewayPath,
  alipayMethods,
  AlipayNotification,
  alipaySubCodes,
  AlipayTradeCreate,
  AlipayTradeNumbers,
  type AlipayMethod,
} from '../alipay-api.ts'
import { alipayCalls, AlipayCommonParameters } from '../alipay-calls.ts'
import { ApiError } from '../cashier-api.ts'
import { SignatureExplanation } from '../signature-explanation.ts'
import { alipayExamples, alipayNotificationExample, alipayRefusedExample } from './alipay-examples.ts'
import { Components } from './components.ts'
import { ownServer, VERSION, type Examples, type OpenApiDocument, type Operation, type Schema } from './document.ts'

export function alipayDocument(): OpenApiDocument {
  const components = new Components({
    AlipayCommonParameters,
    AlipayTradeCreate,
    AlipayTradeNumbers,
    AlipayBuyer,
    AlipayFundBill,
    AlipayNotification,
    AlipayRefusalCode,
    AlipayRefusalMessage,
    AlipaySubCode,
    SignatureExplanation,
    ApiError,
  })
  // Anything may be wrong before a method is known; then the node has this name.
  const error = components.add('error_response', envelope('error_response', [refusal({})]))
  const requests = alipayMethods.map((method) => components.add(method, request(method, components)))
  const answers = alipayMethods.map((method) => components.add(`${method}.answer`, answer(method)))
  const responses = {
    200: {
      description: 'Always 200 and always signed: `code` and `sub_code` of the node say how it went.',
      headers: {
        trace_id: { description: 'Names the call to whoever asks the wallet about it', schema: { type: 'string' } },
      },
      content: {
        'application/json': { schema: { anyOf: [...answers, error] }, examples: answerExamples },
      },
    },
  }
  const described = { tags: ['gateway'], description: methodTable, responses }
  const schema = { oneOf: requests }
  const post: Operation = {
    operationId: 'call',
    summary: 'Call a method',
    ...described,
    requestBody: {
      required: true,
      content: {
        'application/x-www-form-urlencoded': { schema, examples: requestExamples },
        'multipart/form-data': { schema },
        'application/json': { schema },
      },
    },
  }
  const get: Operation = {
    operationId: 'callByQuery',
    summary: 'Call a method with everything in the query',
    ...described,
    parameters: queryParameters(),
  }
  return {
    openapi: '3.1.1',
    info: {
      title: 'Alipay gateway',
      version: VERSION,
      summary: 'Trades, refunds, bills and users, in the protocol of Alipay OpenAPI version 2',
      description: about,
    },
    servers: [ownServer],
    tags: [
      { name: 'gateway', description: 'All methods' },
      { name: 'bills', description: 'What a bill address opens' },
      { name: 'notifications', description: "What the wallet sends to the merchant's address" },
    ],
    paths: { [alipayGatewayPath]: { post, get }, [alipayBillPath]: { get: billDownload(components) } },
    webhooks: { trade_status_sync: { post: notification(components) } },
    components: { schemas: components.schemas },
  }
}

/** The parameters of a call: the common ones, and what the method takes. */
function request(method: AlipayMethod, components: Components): Schema {
  const { summary, description, content, parameters } = alipayCalls[method]
  const all = Type.Object({
    ...AlipayCommonParameters.properties,
    method: Type.Literal(method),
    ...parameters?.properties,
  })
  if (content === undefined) return { ...all, description: `${summary}. ${description}` }
  const biz_content = {
    type: 'string',
    description: 'JSON text',
    contentMediaType: 'application/json',
    contentSchema: components.add(`${method}.biz_content`, content),
  }
  return {
    ...all,
    description: `${summary}. ${description}`,
    required: [...all.required, 'biz_content'],
    properties: { ...all.properties, biz_content },
  }
}

/** The whole answer of a method: its node, worked or refused, and the signature over the node's text. */
function answer(method: AlipayMethod): Schema {
  const { answer: members, orNothing } = alipayCalls[method]
  const head = { code: Type.Literal('10000'), msg: Type.Literal(alipayCodes['10000']) }
  const worked: object[] = [Type.Object({ ...head, ...members.properties })]
  if (orNothing) worked.push(Type.Object(head, { additionalProperties: false }))
  return envelope(`${method.replaceAll('.', '_')}_response`, [...worked, refusal(Type.Partial(members).properties)])
}

const { '10000': _worked, ...refusals } = alipayCodes

const AlipayRefusalCode = Type.Union(Object.keys(refusals).map((code) => Type.Literal(code)))
const AlipayRefusalMessage = Type.Union(Object.values(refusals).map((message) => Type.Literal(message)))
const AlipaySubCode = Type.Union(Object.keys(alipaySubCodes).map((code) => Type.Literal(code)))

/** A node that says no; it may carry members of the answer all the same. */
const refusal = (members: TObject['properties']): object =>
  Type.Object({
    code: AlipayRefusalCode,
    msg: AlipayRefusalMessage,
    sub_code: AlipaySubCode,
    sub_msg: Type.String(),
    explanation: Type.Optional(SignatureExplanation),
    ...members,
  })

const envelope = (name: string, nodes: object[]): Schema => ({
  type: 'object',
  required: [name, 'sign'],
  properties: {
    [name]: nodes.length === 1 ? nodes[0] : { anyOf: nodes },
    sign: { type: 'string', description: "Base64, by the wallet's key over the exact text of the node" },
  },
  additionalProperties: false,
})

function queryParameters(): Operation['parameters'] {
  const required = new Set<string>([...AlipayCommonParameters.required, 'method'])
  const method = Type.Union(alipayMethods.map((each) => Type.Literal(each)))
  const content = Type.String({ title: 'JSON text with what the method takes' })
  const inQuery = new Components({})
  return Object.entries({ ...AlipayCommonParameters.properties, method, biz_content: content }).map(([name, each]) => {
    const { description = '', ...schema } = inQuery.of(each)
    return { name, in: 'query', required: required.has(name), description: String(description), schema }
  })
}

function billDownload(components: Components): Operation {
  const refused = (description: string) => ({
    description,
    content: { 'application/json': { schema: components.of(ApiError) } },
  })
  return {
    operationId: 'downloadBill',
    tags: ['bills'],
    summary: 'Download a bill',
    description:
      'At the address that alipay.data.dataservice.bill.downloadurl.query answers; its query is not for building.',
    responses: {
      200: {
        description: 'A zip of CSV files in UTF-8: the details and the summary.',
        content: { 'application/zip': {} },
      },
      403: refused('This wallet has not given this address.'),
      410: refused('The time of the address is over: ask for a new one.'),
    },
  }
}

function notification(components: Components): Operation {
  return {
    operationId: 'tradeStatusSync',
    tags: ['notifications'],
    summary: 'A trade is paid, or given back in part or whole',
    description:
      'Sent to the `notify_url` of the trade, within a second, and again with growing pauses until it is acknowledged. It ' +
      'carries the three headers of Standard Webhooks as well.',
    requestBody: {
      required: true,
      content: {
        'application/x-www-form-urlencoded': {
          schema: components.of(AlipayNotification),
          examples: { paid: { summary: 'Paid', value: alipayNotificationExample } },
        },
      },
    },
    responses: {
      200: {
        description: 'Acknowledged by exactly these seven bytes. Anything else, and any other status, is sent again.',
        content: { 'text/plain': { schema: { const: ALIPAY_ACKNOWLEDGEMENT } } },
      },
    },
  }
}

const eachMethod = (pick: 'request' | 'answer'): Examples =>
  Object.fromEntries(
    alipayMethods.map((method) => [
      method,
      // Without what is left out, as it goes over the wire.
      {
        summary: alipayCalls[method].summary,
        value: JSON.parse(JSON.stringify(alipayExamples[method][pick])) as unknown,
      },
    ]),
  )
const requestExamples = eachMethod('request')
const answerExamples: Examples = {
  ...eachMethod('answer'),
  refused: { summary: 'Refused: the signature does not hold', value: alipayRefusedExample },
}

const methodTable = `| method | | |
| --- | --- | --- |
${alipayMethods.map((method) => `| \`${method}\` | ${alipayCalls[method].summary} | ${alipayCalls[method].description} |`).join('\n')}
`

const about = `A call is a set of parameters, in the query, a form, multipart or JSON; query and body are merged, the body wins. What a method takes is JSON text in \`biz_content\`.

Signed (\`RSA2\`: SHA-256 with RSA PKCS#1 v1.5, base64) is every parameter but \`sign\`, without empty ones, sorted by name and joined as \`name=value\` by \`&\`, values as they are before URL-encoding.

HTTP is always 200. An answer is \`{"<method with _ for .>_response":{…},"sign":"…"}\`; signed is the exact text of the node. \`code\` 10000 says that the call worked, not that money moved; 20000 says that nobody knows: query, and never take it for failed.

\`${ALIPAY_ORDER_STRING_METHOD}\` is not called here: its signed parameters, with the \`biz_content\` of alipay.trade.create, are the order string of \`my.tradePay({ orderStr })\`.

| sub_code | code | |
| --- | --- | --- |
${Object.entries(alipaySubCodes)
  .map(([subCode, code]) => `| \`${subCode}\` | ${code} | ${alipayCodes[code]} |`)
  .join('\n')}
`
