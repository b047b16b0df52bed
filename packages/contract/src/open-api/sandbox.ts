/**
 * The sandbox's own doors as an OpenAPI document: JSON over HTTP, on loopback only.
 */
import { CashierOrder, ApiError, OwnPayment } from '../cashier-api.ts'
import { Amount } from '../amount.ts'
import { BankFailure } from '../bank-api.ts'
import * as sandbox from '../sandbox-api.ts'
import { SandboxApp } from '../sandbox-apps-api.ts'
import { sandboxCalls, type SandboxCall } from '../sandbox-calls.ts'
import { SandboxAttempt, SandboxBytes, SandboxNotification } from '../sandbox-notifications-api.ts'
import { SuperappDialect } from '../superapp-dialect.ts'
import { RecordedMessage, RecordedSignature, TimelineEntry } from '../timeline.ts'
import { Components } from './components.ts'
import {
  ownServer,
  VERSION,
  type Answer,
  type Method,
  type OpenApiDocument,
  type Operation,
  type Parameter,
  type PathItem,
  type Schema,
} from './document.ts'
import { sandboxExamples } from './sandbox-examples.ts'

export function sandboxDocument(): OpenApiDocument {
  const components = new Components({
    Amount,
    ApiError,
    BankFailure,
    BankBehaviour: sandbox.BankBehaviour,
    CashierOrder,
    OwnPayment,
    RecordedMessage,
    RecordedSignature,
    SandboxApp,
    SandboxAttempt,
    SandboxBytes,
    SandboxNotification,
    SuperappDialect,
    TimelineEntry,
  })
  const paths: Record<string, PathItem> = {}
  for (const call of sandboxCalls) {
    const method = call.method.toLowerCase() as Method
    paths[call.path] = { ...paths[call.path], [method]: operation(call, components) }
  }
  return {
    openapi: '3.1.1',
    info: {
      title: 'Sandbox',
      version: VERSION,
      summary: 'What moves the world around the wallet: paying without a browser, the clock, the timeline',
      description:
        'JSON over HTTP, on loopback only, and never part of a production server. What is refused is answered with a status ' +
        'of 4xx and `ApiError`: what is wrong, what was expected, what to do. People, apps and keys are in `sandbox.json`, those that are made here too.',
    },
    servers: [ownServer],
    tags: [{ name: 'sandbox', description: 'Doors of the sandbox' }],
    paths,
    components: {
      schemas: components.schemas,
      securitySchemes: {
        session: { type: 'apiKey', in: 'cookie', name: 'tradepay_session', description: "The wallet app's session" },
        csrf: { type: 'apiKey', in: 'header', name: 'X-CSRF-Token', description: 'Its token against forged requests' },
      },
    },
  }
}

function operation(
  { name, path, summary, description, request, query, status = 200, answer, signedIn }: SandboxCall,
  components: Components,
): Operation {
  const parameters = [
    ...[...path.matchAll(/\{([^}]+)\}/g)].map(([, parameter]) => inPath(parameter!)),
    ...Object.entries(query?.properties ?? {}).map(([name, schema]) => inQuery(name, components.of(schema))),
  ]
  const worked: Answer = answer
    ? { description: 'Done', content: { 'application/json': { schema: components.of(answer) } } }
    : { description: 'A stream that stays open', content: { 'text/event-stream': { schema: { type: 'string' } } } }
  return {
    operationId: name,
    tags: ['sandbox'],
    summary,
    ...(description === undefined ? {} : { description }),
    ...(parameters.length === 0 ? {} : { parameters }),
    ...(request === undefined
      ? {}
      : {
          requestBody: {
            required: true,
            content: {
              'application/json': { schema: components.of(request), examples: sandboxExamples[name] ?? {} },
            },
          },
        }),
    responses: {
      [status]: worked,
      '4XX': {
        description: 'Refused',
        content: { 'application/json': { schema: components.of(ApiError) } },
      },
    },
    ...(signedIn ? { security: [{ session: [], csrf: [] }] } : {}),
  }
}

const inPath = (name: string) =>
  ({ name, in: 'path', required: true, description: meanings[name] ?? name, schema: { type: 'string' } }) as const

const inQuery = (name: string, schema: Schema): Parameter => ({
  name,
  in: 'query',
  required: false,
  description: meanings[name] ?? name,
  schema,
})

const meanings: Record<string, string> = {
  tradeNo: 'The number of the order; for the timeline also `latest`',
  merchantId: 'The id of the merchant',
  appId: 'The id of the app',
  version: 'The version of the key',
  notificationId: 'The number of the notification: `notify_id`, `webhook-id`',
  url: 'The address, exactly as it stands in the order or with the app',
  state: 'DUE, DELIVERED or GIVEN_UP',
  limit: 'Most of one page; default 20',
  after: '`next` of the page before',
  hours: 'So far back; default 24',
}
