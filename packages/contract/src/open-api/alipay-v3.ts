/**
 * The Alipay family's REST API as an OpenAPI document: the methods of the gateway under addresses of their own, with JSON
 * bodies and HTTP status codes. What a call takes and answers is what its method does. Source: alipay-openapi §10.
 */
import { Type, type TObject } from 'typebox'
import { alipayMethods, AlipayFundBill, alipaySubCodes, type AlipayMethod, type AlipaySubCode } from '../alipay-api.ts'
import { alipayCalls } from '../alipay-calls.ts'
import { AlipayV3Error, alipayV3Code, alipayV3HttpMethods, alipayV3Path, alipayV3Status } from '../alipay-v3-api.ts'
import { SignatureExplanation } from '../signature-explanation.ts'
import { alipayExamples } from './alipay-examples.ts'
import { Components } from './components.ts'
import {
  ownServer,
  VERSION,
  type Answer,
  type Header,
  type MediaType,
  type OpenApiDocument,
  type Operation,
  type Parameter,
  type PathItem,
} from './document.ts'

export function alipayV3Document(): OpenApiDocument {
  const components = new Components({ AlipayV3Error, SignatureExplanation, AlipayFundBill })
  const paths: Record<string, PathItem> = {}
  for (const method of alipayMethods) {
    const operations = alipayV3HttpMethods[method].map((http) => [
      http.toLowerCase(),
      operation(method, http, components),
    ])
    paths[alipayV3Path(method)] = Object.fromEntries(operations) as PathItem
  }
  return {
    openapi: '3.1.1',
    info: {
      title: 'Alipay REST',
      version: VERSION,
      summary: 'Trades, refunds, bills and users, in the protocol of Alipay OpenAPI version 3',
      description: about,
    },
    servers: [ownServer],
    tags: [
      { name: 'trade', description: 'Trades and refunds' },
      { name: 'data', description: 'Bills' },
      { name: 'system', description: 'Tokens behind my.getAuthCode' },
      { name: 'user', description: 'Who is behind a token' },
    ],
    paths,
    components: { schemas: components.schemas, parameters: { authorization }, headers: answerHeaders },
  }
}

function operation(method: AlipayMethod, http: 'GET' | 'POST', components: Components): Operation {
  const { summary, description, content, parameters, answer, orNothing } = alipayCalls[method]
  const taken = content ?? parameters ?? Type.Object({})
  const worked: MediaType = {
    schema: orNothing
      ? { anyOf: [components.add(`${method}.answer`, answer), { type: 'object', maxProperties: 0 }] }
      : components.add(`${method}.answer`, answer),
    examples: { example: { summary, value: nodeOf(method) } },
  }
  const said =
    http === 'GET'
      ? { parameters: [reference, ...inQuery(taken)] }
      : {
          parameters: [reference],
          requestBody: {
            required: true,
            content: {
              'application/json': {
                schema: components.add(`${method}.request`, taken),
                examples: { example: { summary, value: contentOf(method) } },
              },
            },
          },
        }
  return {
    operationId: http === 'GET' ? `${method}.get` : method,
    tags: [method.split('.')[1]!],
    summary,
    description,
    ...said,
    responses: {
      200: {
        description: 'It has worked; signed.',
        headers: Object.fromEntries(
          Object.keys(answerHeaders).map((name) => [name, { $ref: `#/components/headers/${name}` }]),
        ),
        content: { 'application/json': worked },
      },
      '4XX': refused('Refused. Signed when the call was verified.', components),
      500: refused('Nobody knows what has become of the call: query, and never take it for failed.', components),
    },
  }
}

const refused = (description: string, components: Components): Answer => ({
  description,
  content: { 'application/json': { schema: components.of(AlipayV3Error) } },
})

/** What a GET carries: the members that are text, numbers or lists of texts. */
function inQuery(taken: TObject): Parameter[] {
  const required = new Set<string>(taken.required)
  return Object.entries(taken.properties).map(([name, each]) => {
    const { description = '', ...schema } = new Components({}).of(each)
    return { name, in: 'query', required: required.has(name), description: String(description), schema }
  })
}

/** The gateway's examples without what the gateway wraps around them. */
function contentOf(method: AlipayMethod): unknown {
  const { biz_content: content, grant_type, code, auth_token } = alipayExamples[method].request
  if (typeof content === 'string') return JSON.parse(content) as unknown
  return auth_token === undefined ? { grant_type, code } : { auth_token }
}
function nodeOf(method: AlipayMethod): unknown {
  const [node] = Object.values(alipayExamples[method].answer) as Record<string, unknown>[]
  const { code: _code, msg: _msg, ...members } = node!
  return members
}

const reference = { $ref: '#/components/parameters/authorization' }

const authorization: Parameter = {
  name: 'authorization',
  in: 'header',
  required: true,
  description: '`ALIPAY-SHA256withRSA app_id=…,nonce=…,timestamp=…,sign=…`; each nonce is taken once.',
  schema: { type: 'string' },
}

const header = (description: string): Header => ({ description, schema: { type: 'string' } })
const answerHeaders: Record<string, Header> = {
  'alipay-signature': header("Base64, by the wallet's key"),
  'alipay-timestamp': header('Milliseconds since 1970'),
  'alipay-nonce': header('Another with each answer'),
  'alipay-trace-id': header('Names the call to whoever asks the wallet about it'),
}

const rows = (Object.keys(alipaySubCodes) as AlipaySubCode[]).map(
  (subCode) => `| \`${alipayV3Code(subCode)}\` | ${alipayV3Status(subCode)} |`,
)

const about = `What the gateway's methods do, under addresses of their own. The body is what \`biz_content\` holds at the gateway.

The string to sign, each part on a line of its own, the last one too:

\`\`\`
app_id=…,nonce=…,timestamp=<milliseconds>
POST
/v3/alipay/trade/create
<the exact bytes of the body>
\`\`\`

signed with SHA-256 and RSA PKCS#1 v1.5, base64. Of an answer, \`alipay-timestamp\`, \`alipay-nonce\` and the exact body are signed in the same way.

| code | HTTP |
| --- | --- |
${[...new Set(rows)].join('\n')}
`
