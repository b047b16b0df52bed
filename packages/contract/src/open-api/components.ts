/**
 * Writes the contract's schemas into an OpenAPI document: those that have a name stand once among its components, wherever
 * else they occur is a reference. They are the very objects that validate at the doors; only their spelling changes.
 */
import type { TSchema } from 'typebox'
import type { Schema } from './document.ts'

export class Components {
  readonly schemas: Record<string, Schema> = {}
  readonly #names = new Map<object, string>()
  /** An optional member is a copy of its schema: it is known by what it says. */
  readonly #sameAs = new Map<string, string>()

  /** @param named what stands among the components when it is used, by name */
  constructor(named: Readonly<Record<string, TSchema>>) {
    for (const [name, schema] of Object.entries(named)) {
      this.#names.set(schema, name)
      const text = JSON.stringify(schema)
      if (!this.#sameAs.has(text)) this.#sameAs.set(text, name)
    }
  }

  /** A schema as the document says it: a reference where it has a name. */
  of(schema: TSchema): Schema {
    const name = this.#names.get(schema) ?? this.#sameAs.get(JSON.stringify(schema))
    return name === undefined ? this.#write(schema) : this.add(name, schema)
  }

  /** Adds a schema that the document itself puts together. @returns the reference to it */
  add(name: string, schema: object): Schema {
    if (this.schemas[name] === undefined) {
      // Kept free first, for a schema that leads back to itself.
      this.schemas[name] = {}
      this.schemas[name] = this.#write(schema)
    }
    return { $ref: `#/components/schemas/${name}` }
  }

  #write(schema: object): Schema {
    const values = enumOf(schema)
    const meaning = meaningOf(schema)
    const written: Schema = {}
    for (const [keyword, value] of Object.entries(schema)) {
      if (keyword === '$id' || keyword === 'title' || keyword === 'description') continue
      if (keyword === 'anyOf' && values) Object.assign(written, values)
      else if (keyword === 'properties' || keyword === 'patternProperties')
        written[keyword] = this.#all(value as object)
      else if (listsOfSchemas.has(keyword)) written[keyword] = (value as TSchema[]).map((each) => this.of(each))
      else if (keyword === 'required') written[keyword] = withoutDefaults(value as string[], schema)
      else if (schemas.has(keyword) && typeof value === 'object') written[keyword] = this.of(value as TSchema)
      else written[keyword] = value
    }
    return meaning === '' ? written : { ...written, description: meaning }
  }

  #all(members: object): Record<string, Schema> {
    return Object.fromEntries(Object.entries(members).map(([name, schema]) => [name, this.of(schema as TSchema)]))
  }
}

const listsOfSchemas = new Set(['anyOf', 'oneOf', 'allOf', 'prefixItems'])
const schemas = new Set(['items', 'additionalProperties', 'contentSchema', 'not'])

/** What has a default may be left out. */
function withoutDefaults(required: string[], schema: { properties?: Record<string, object> }): string[] {
  return required.filter((name) => !('default' in (schema.properties?.[name] ?? {})))
}

/** What it is, and what is taken. */
function meaningOf({ title, description }: { title?: unknown; description?: unknown }): string {
  return [title, description].filter((text) => typeof text === 'string').join(': ')
}

/** A choice of nothing but texts, as the shorter `enum`. */
function enumOf({ anyOf }: { anyOf?: unknown }): Schema | null {
  const choices = Array.isArray(anyOf) ? (anyOf as Schema[]) : []
  const areTexts = choices.length > 1 && choices.every((choice) => typeof choice['const'] === 'string')
  return areTexts ? { type: 'string', enum: choices.map((choice) => choice['const']) } : null
}
