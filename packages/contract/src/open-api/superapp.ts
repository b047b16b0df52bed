/**
 * The super-app payment API as an OpenAPI document: every call in both versions, and the notifications as webhooks. Paths and
 * schemas are those by which the door routes and checks. Source: superapp-payment-api §2 to §8.
 */
import {
  SuperappAmount,
  SuperappNotifyAnswer,
  SuperappNotifyPayment,
  SuperappNotifyRefund,
  SuperappOrder,
  SuperappResult,
  superappResultCodes,
} from '../superapp-api.ts'
import * as authorizations from '../superapp-authorization-api.ts'
import { superappCalls, superappVersions, type SuperappVersion } from '../superapp-calls.ts'
import { sentAmount } from '../superapp-fields.ts'
import * as payments from '../superapp-payments-api.ts'
import * as refunds from '../superapp-refunds-api.ts'
import { Components } from './components.ts'
import {
  ownServer,
  VERSION,
  type Header,
  type OpenApiDocument,
  type Operation,
  type Parameter,
  type PathItem,
  type Reference,
} from './document.ts'
import {
  refusedExample,
  superappExampleHeaders,
  superappExamples,
  superappWebhookExamples,
} from './superapp-examples.ts'

const calls = { ...superappCalls, ...authorizations.superappAuthorizationCalls }
type CallName = keyof typeof calls

/** @param basePaths where the door also takes every call, before `/v1` */
export function superappDocument(basePaths: readonly string[]): OpenApiDocument {
  const { superappAuthorizationCalls: _calls, ...authorizationSchemas } = authorizations
  const components = new Components({
    SuperappResult,
    SuperappAmount,
    SuperappOrder,
    SuperappSentAmount: sentAmount,
    ...payments,
    ...refunds,
    ...authorizationSchemas,
    SuperappNotifyPayment,
    SuperappNotifyRefund,
    SuperappNotifyAnswer,
  })
  const paths: Record<string, PathItem> = {}
  for (const version of superappVersions) {
    for (const name of Object.keys(calls) as CallName[]) {
      const { path, otherPaths } = calls[name]
      const own = `/${version}${path}`
      paths[own] = { post: operation(name, version, null, components) }
      for (const other of otherPaths) {
        paths[`/${version}${other}`] = { post: operation(name, version, { own, path: other }, components) }
      }
    }
  }
  return {
    openapi: '3.1.1',
    info: {
      title: 'Super-app payment API',
      version: VERSION,
      summary: 'Orders, payments, refunds and users, in the protocol of the super-app wallets',
      description: about,
    },
    servers: basePaths.map((base) =>
      base === ''
        ? ownServer
        : { url: base, description: 'The same, for clients that keep the base path of their wallet' },
    ),
    tags: [
      { name: 'payments', description: 'Orders and refunds' },
      { name: 'authorizations', description: 'Tokens behind my.getAuthCode' },
      { name: 'users', description: 'Who is behind a token' },
      { name: 'notifications', description: "What the wallet sends to the merchant's address" },
    ],
    paths,
    webhooks: {
      notifyPayment: webhook('notifyPayment', 'An order is paid', SuperappNotifyPayment, components),
      notifyRefund: webhook('notifyRefund', 'A refund has come to its end', SuperappNotifyRefund, components),
    },
    components: { schemas: components.schemas, parameters: requestHeaders, headers: answerHeaders },
  }
}

function operation(
  name: CallName,
  version: SuperappVersion,
  other: { own: string; path: string } | null,
  components: Components,
): Operation {
  const { summary, description, [version]: schemas, path } = calls[name]
  const examples = superappExamples[name]
  // Where a member of the family has another name for the call, its last word tells the two apart.
  const suffix = other === null ? '' : `-${other.path.split('/').at(-1)}`
  return {
    operationId: `${name}-${version}${suffix}`,
    tags: [path.split('/')[1]!],
    summary,
    description: other === null ? description : `${other.own} as other members of the family name it. ${description}`,
    parameters: referencesTo('parameters', requestHeaders),
    requestBody: {
      required: true,
      content: { [JSON_TYPE]: { schema: components.of(schemas.request), examples: examples.request } },
    },
    responses: {
      200: {
        description: 'Always 200: `result` says how it went. Signed whenever the client is known.',
        headers: Object.fromEntries(
          Object.keys(answerHeaders).map((name) => [name, { $ref: `#/components/headers/${name}` }]),
        ),
        content: {
          [JSON_TYPE]: {
            schema: components.of(schemas.answer),
            examples: { ...examples.answer, refused: refusedExample },
          },
        },
      },
    },
  }
}

function webhook(
  name: 'notifyPayment' | 'notifyRefund',
  summary: string,
  schema: typeof SuperappNotifyPayment | typeof SuperappNotifyRefund,
  components: Components,
): PathItem {
  return {
    post: {
      operationId: name,
      tags: ['notifications'],
      summary,
      description:
        "Sent to the address of the order, the refund or the client, signed with the wallet's key over the path of that " +
        'address; within a second, and again with growing pauses until it is acknowledged.',
      parameters: [
        ...referencesTo('parameters', requestHeaders),
        header('webhook-id', 'Of Standard Webhooks: the same on each attempt', '2026112275605000123000000009'),
        header('webhook-timestamp', 'Of Standard Webhooks: seconds since 1970', '1795352405'),
        header('webhook-signature', 'Of Standard Webhooks: v1 (HMAC-SHA256)'),
      ],
      requestBody: {
        required: true,
        content: { [JSON_TYPE]: { schema: components.of(schema), examples: superappWebhookExamples[name] } },
      },
      responses: {
        200: {
          description: 'Acknowledged with `resultStatus` S. Anything else, and any other status, is sent again.',
          content: {
            [JSON_TYPE]: {
              schema: components.of(SuperappNotifyAnswer),
              examples: superappWebhookExamples.acknowledged,
            },
          },
        },
      },
    },
  }
}

const JSON_TYPE = 'application/json'
const text = { type: 'string' }

const header = (name: string, description: string, example?: string): Parameter => ({
  name,
  in: 'header',
  required: true,
  description,
  schema: text,
  ...(example === undefined ? {} : { example }),
})

const requestHeaders: Record<string, Parameter> = {
  'Client-Id': header('Client-Id', 'Who calls', superappExampleHeaders['Client-Id']),
  'Request-Time': header(
    'Request-Time',
    'ISO 8601 with offset, within a few minutes of now; signed as it is sent',
    superappExampleHeaders['Request-Time'],
  ),
  Signature: header(
    'Signature',
    `\`algorithm=RSA256, keyVersion=1, signature=…\` over the string to sign. The example holds for the example of POST /v1${calls.pay.path}.`,
    superappExampleHeaders.Signature,
  ),
}

const referencesTo = (kind: string, named: object): Reference[] =>
  Object.keys(named).map((name) => ({ $ref: `#/components/${kind}/${name}` }))

const answerHeaders: Record<string, Header> = {
  'Client-Id': { description: 'Of the call', schema: text },
  'Response-Time': { description: 'ISO 8601; signed as it is sent', schema: text },
  Signature: { description: "As in a call, with the wallet's key over the path of the call", schema: text },
}

const rows = Object.entries(superappResultCodes).map(([code, status]) => `| \`${code}\` | ${status} |`)

const about = `Calls are JSON over POST, signed with the merchant's RSA key; answers and notifications are signed with the wallet's.

The string to sign, in UTF-8, without a line end behind it:

\`\`\`
POST /v1/payments/pay
<Client-Id>.<Request-Time or Response-Time>.<the exact bytes of the body>
\`\`\`

signed with SHA-256 and RSA PKCS#1 v1.5; base64, then URL-encoded. The path is taken as it is called, or from the version on.

HTTP is always 200. \`result.resultStatus\` is **S** done · **A** accepted, the user acts next · **F** refused, final · **U** unknown: inquire, or repeat with the same number, and never take it for failed. In the sandbox, the answer to a signature that does not hold says why, in \`explanation\`.

| resultCode | resultStatus |
| --- | --- |
${rows.join('\n')}
`
