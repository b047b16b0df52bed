/**
 * The APIs that are fuzzed, as their descriptions say them: from here on the fuzzing knows nothing but the documents.
 */
import {
  alipayDocument,
  alipayV3Document,
  answerOf,
  cashierDocument,
  checkOf,
  sandboxDocument,
  superappDocument,
  walletDocument,
  type Check,
  type Method,
  type OpenApiDocument,
  type Operation,
  type Schema,
} from '@tradepay/contract/open-api'

/** Some of the base paths of the super-app door: one without, one short, one long. */
const basePaths = ['', '/api', '/aps/api']

export const documents = {
  superapp: superappDocument(basePaths),
  alipay: alipayDocument(),
  'alipay-v3': alipayV3Document(),
  cashier: cashierDocument(),
  wallet: walletDocument(),
  sandbox: sandboxDocument(),
}
export type ApiName = keyof typeof documents
export const apiNames = Object.keys(documents) as ApiName[]

/** What can be called: an operation of a document. */
export interface Callable {
  api: ApiName
  /** `POST /v1/payments/pay`, as the document says it. */
  name: string
  path: string
  method: Uppercase<Method>
  operation: Operation
}

const callablesOf = (api: ApiName, { paths }: OpenApiDocument): Callable[] =>
  Object.entries(paths).flatMap(([path, item]) =>
    (Object.entries(item) as [Method, Operation][]).map(([verb, operation]) => {
      const method = verb.toUpperCase() as Uppercase<Method>
      return { api, name: `${method} ${path}`, path, method, operation }
    }),
  )

export const callables = Object.fromEntries(apiNames.map((api) => [api, callablesOf(api, documents[api])])) as Record<
  ApiName,
  Callable[]
>

export const superappBases = basePaths

/** Looks a reference of a document up. */
export function resolver(api: ApiName): (reference: string) => Schema {
  const { schemas } = documents[api].components
  return (reference) => schemas[reference.split('/').at(-1)!]!
}

const checks = new Map<string, Check>()

/** What the document says of the body of a call; null where there is none. */
export function requestCheck({ api, name, operation }: Callable): Check | null {
  const schema = operation.requestBody?.content['application/json']?.schema
  return schema ? cached(`${name} request`, api, schema) : null
}

/** What the document says of an answer with a status; null where it says nothing of a body in JSON. */
export function answerCheck({ api, name, operation }: Callable, status: number): Check | null {
  const schema = answerOf(operation, status)?.content?.['application/json']?.schema
  return schema ? cached(`${name} ${status}`, api, schema) : null
}

/** The check of a component. */
export const componentCheck = (api: ApiName, name: string): Check =>
  cached(name, api, { $ref: `#/components/schemas/${name}` })

function cached(key: string, api: ApiName, schema: Schema): Check {
  const known = checks.get(`${api} ${key}`) ?? checkOf(documents[api], schema)
  checks.set(`${api} ${key}`, known)
  return known
}
