/**
 * The part of OpenAPI 3.1 that the descriptions of this wallet use. Source: OpenAPI Specification 3.1.1, §4.
 */

/** A JSON Schema of the 2020-12 dialect. */
export type Schema = Record<string, unknown>

export interface Example {
  summary: string
  value: unknown
}
export type Examples = Record<string, Example>

export interface MediaType {
  schema?: Schema
  examples?: Examples
}

export interface Parameter {
  name: string
  in: 'header' | 'query' | 'path'
  required: boolean
  description: string
  schema: Schema
  example?: unknown
}

export interface Reference {
  $ref: string
}

export interface Header {
  description: string
  required?: boolean
  schema: Schema
  example?: unknown
}

export interface Answer {
  description: string
  headers?: Record<string, Header | Reference>
  content?: Record<string, MediaType>
}

export interface Operation {
  operationId: string
  tags: string[]
  summary: string
  description?: string
  parameters?: (Parameter | Reference)[]
  requestBody?: { required: boolean; content: Record<string, MediaType> }
  responses: Record<string, Answer>
  security?: Record<string, string[]>[]
}

export type Method = 'get' | 'post' | 'patch' | 'delete'
export type PathItem = Partial<Record<Method, Operation>>

export interface OpenApiDocument {
  openapi: '3.1.1'
  info: { title: string; version: string; summary: string; description: string }
  servers: { url: string; description: string }[]
  tags: { name: string; description: string }[]
  paths: Record<string, PathItem>
  webhooks?: Record<string, PathItem>
  components: {
    schemas: Record<string, Schema>
    parameters?: Record<string, Parameter>
    headers?: Record<string, Header>
    securitySchemes?: Record<string, Schema>
  }
}

/** The version of this wallet's descriptions. */
export const VERSION = '1.0'

/** What every description says of the wallet's own address. */
export const ownServer = { url: '/', description: 'This wallet' }
