/**
 * The JSON doors (sandbox, cashier, wallet app) as OpenAPI documents: what they share.
 */
import type { TSchema } from 'typebox'
import { ApiError } from '../cashier-api.ts'
import type { JsonCall } from '../json-call.ts'
import { refusals } from '../refusals.ts'
import { Components } from './components.ts'
import {
  ownServer,
  VERSION,
  type Answer,
  type Examples,
  type Method,
  type OpenApiDocument,
  type Operation,
  type Parameter,
  type PathItem,
  type Schema,
} from './document.ts'

export interface JsonApi {
  /** The name of the only tag. */
  tag: string
  title: string
  summary: string
  description: string
  calls: readonly JsonCall[]
  /** What stands among the components when it is used, by name. */
  named: Readonly<Record<string, TSchema>>
  /** What each parameter of an address is, by its name. */
  parameters: Readonly<Record<string, string>>
  /** What is shown, by the name of the call. */
  examples: Readonly<Record<string, JsonExamples>>
}

export interface JsonExamples {
  request?: Examples
  answer?: Examples
}

export function jsonDocument(api: JsonApi): OpenApiDocument {
  const components = new Components({ ApiError, ...api.named })
  const paths: Record<string, PathItem> = {}
  for (const call of api.calls) {
    const method = call.method.toLowerCase() as Method
    paths[call.path] = { ...paths[call.path], [method]: operation(call, api, components) }
  }
  return {
    openapi: '3.1.1',
    info: {
      title: api.title,
      version: VERSION,
      summary: api.summary,
      description: `${api.description}\n\n${refused}`,
    },
    servers: [ownServer],
    tags: [{ name: api.tag, description: api.summary }],
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
  { name, method, path, summary, description, request, query, status = 200, answer, signedIn }: JsonCall,
  { tag, parameters: meanings, examples }: JsonApi,
  components: Components,
): Operation {
  const shown = examples[name] ?? {}
  const meaning = (parameter: string): string => meanings[parameter] ?? parameter
  const parameters = [
    ...[...path.matchAll(/\{([^}]+)\}/g)].map(([, parameter]) => inPath(parameter!, meaning(parameter!))),
    ...Object.entries(query?.properties ?? {}).map(([parameter, schema]) =>
      inQuery(parameter, meaning(parameter), components.of(schema)),
    ),
  ]
  const error = { 'application/json': { schema: components.of(ApiError) } }
  const worked: Answer = answer
    ? {
        description: 'Done',
        content: {
          'application/json': { schema: components.of(answer), ...(shown.answer && { examples: shown.answer }) },
        },
      }
    : { description: 'A stream that stays open', content: { 'text/event-stream': { schema: { type: 'string' } } } }
  return {
    operationId: name,
    tags: [tag],
    summary,
    ...(description === undefined ? {} : { description }),
    ...(parameters.length === 0 ? {} : { parameters }),
    ...(request === undefined
      ? {}
      : {
          requestBody: {
            required: true,
            content: { 'application/json': { schema: components.of(request), examples: shown.request ?? {} } },
          },
        }),
    responses: {
      [status]: worked,
      '4XX': { description: 'Refused; nothing has changed', content: error },
      '5XX': {
        description: 'What has become of it is not known: ask, or repeat it with the same number',
        content: error,
      },
    },
    ...(signedIn ? { security: [method === 'GET' ? { session: [] } : { session: [], csrf: [] }] } : {}),
  }
}

const inPath = (name: string, description: string): Parameter => ({
  name,
  in: 'path',
  required: true,
  description,
  schema: { type: 'string' },
})

const inQuery = (name: string, description: string, schema: Schema): Parameter => ({
  name,
  in: 'query',
  required: false,
  description,
  schema,
})

const rows = Object.entries(refusals).map(([code, { message, action }]) => `| \`${code}\` | ${message} | ${action} |`)

const refused = `What is refused is answered with a status of 4xx and \`ApiError\`: what is wrong, what was expected, what to do. These are the codes of all JSON doors:

| code | what is wrong | what to do |
| --- | --- | --- |
${rows.join('\n')}
`
