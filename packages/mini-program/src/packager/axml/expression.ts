/**
 * Compiles the expression of a binding to JavaScript. An allow-list of syntax: values, member paths, operators, object
 * and array literals, calls of SJS functions; nothing that assigns, creates, or reaches a global. Member access on null
 * gives undefined. A JavaScript keyword may be a data name (`{{class}}`). Source: miniprogram-format §2, Bindings.
 */
import * as acorn from 'acorn'
import { PackError, type Place } from '../pack-error.ts'
import { INHERITED_NAMES, type Scope } from './scope.ts'

// With parentheses kept, a node's end is where its text ends.
const OPTIONS = { ecmaVersion: 'latest', sourceType: 'script', preserveParens: true } as const
const ADVICE = 'A binding takes data, operators, literals and calls of SJS functions.'
const BINARY = new Set([
  '+',
  '-',
  '*',
  '/',
  '%',
  '**',
  '==',
  '!=',
  '===',
  '!==',
  '<',
  '<=',
  '>',
  '>=',
  '&',
  '|',
  '^',
  '<<',
  '>>',
  '>>>',
])
const UNARY = new Set(['!', '+', '-', '~', 'typeof'])
/** Keywords that keep their meaning in an expression. */
const OPERATOR_WORDS = new Set(['typeof', 'null', 'true', 'false', 'this', 'in', 'instanceof', 'void'])
/** A letter no program uses: it stands for a keyword's first letter, so that offsets stay as they are. */
const DISGUISE = '\uA4D0'

/** Compiled JavaScript of the expression. `at` gives the place of an offset in `text`. @throws PackError */
export function compileExpression(text: string, scope: Scope, at: (offset: number) => Place): string {
  return new Compiler(text, scope, at).expression()
}

/**
 * The same for `data` of a template, whose braces hold the inside of an object literal: `{{a, b: c, ...d}}`.
 * An expression that is an object by itself is taken too.
 */
export function compileObjectContents(text: string, scope: Scope, at: (offset: number) => Place): string {
  return new Compiler(text, scope, at).objectContents()
}

class Compiler {
  readonly #words = new Map<string, string>()
  readonly #text: string

  constructor(
    readonly original: string,
    readonly scope: Scope,
    readonly at: (offset: number) => Place,
  ) {
    this.#text = this.#disguiseKeywords(original)
  }

  expression(): string {
    if (this.original.trim() === '') return 'void 0'
    return this.#code(this.#parse(() => this.#parseWhole(this.#text), 0))
  }

  objectContents(): string {
    if (this.original.trim() === '') return '({})'
    const asObject = this.#attempt(`({${this.#text}\n})`)
    if (asObject) return this.#code(asObject, 2)
    return this.expression()
  }

  #parseWhole(text: string): acorn.Expression {
    const node = acorn.parseExpressionAt(text, 0, OPTIONS)
    // parseExpressionAt stops where the expression ends; what follows must be nothing but space and comments.
    const next = acorn.tokenizer(text.slice(node.end), OPTIONS).getToken()
    if (next.type !== acorn.tokTypes.eof) {
      throw Object.assign(new SyntaxError('Unexpected text after the expression'), { pos: node.end + next.start })
    }
    return node
  }

  #attempt(text: string): acorn.Expression | null {
    try {
      return this.#parseWhole(text)
    } catch {
      return null
    }
  }

  #parse(parse: () => acorn.Expression, shift: number): acorn.Expression {
    try {
      return parse()
    } catch (error) {
      const asObject = this.#attempt(`({${this.#text}\n})`)
      if (asObject) {
        this.#shift = 2
        return asObject
      }
      const position = typeof error === 'object' && error !== null && 'pos' in error ? Number(error.pos) : 0
      const reason = (error instanceof Error ? error.message : String(error)).replace(/ \(\d+:\d+\)$/, '')
      throw new PackError(
        this.at(position - shift),
        `The binding {{${this.original}}} is not an expression: ${reason}`,
        ADVICE,
      )
    }
  }

  #shift = 0

  /** Each keyword used as a name gets another first letter, so that the parser takes it for a name. */
  #disguiseKeywords(text: string): string {
    let result = text
    try {
      for (const token of acorn.tokenizer(text, { ...OPTIONS, allowReserved: true })) {
        const word = token.type.keyword
        if (!word || OPERATOR_WORDS.has(word)) continue
        const disguised = DISGUISE + word.slice(1)
        this.#words.set(disguised, word)
        result = result.slice(0, token.start) + disguised + result.slice(token.end)
      }
    } catch {
      return text // Not even tokens: the parser says why.
    }
    return result
  }

  #name(name: string): string {
    return this.#words.get(name) ?? name
  }

  #refuse(node: acorn.Node, what: string): never {
    throw new PackError(this.at(Math.max(0, node.start - this.#shift)), `{{${this.original}}} holds ${what}`, ADVICE)
  }

  #code(
    node: acorn.Expression | acorn.PrivateIdentifier | acorn.Super | acorn.SpreadElement,
    shift = this.#shift,
  ): string {
    this.#shift = shift
    switch (node.type) {
      case 'Literal':
        if (node.regex || node.bigint) return this.#refuse(node, 'a literal that data cannot be')
        return JSON.stringify(node.value)
      case 'Identifier':
        return this.scope.resolve(this.#name(node.name)).code
      case 'MemberExpression':
        return this.#member(node)
      case 'ChainExpression':
        return this.#code(node.expression)
      case 'ParenthesizedExpression':
        return this.#code(node.expression)
      case 'UnaryExpression':
        if (!UNARY.has(node.operator)) return this.#refuse(node, `the operator ${node.operator}`)
        return `(${node.operator} ${this.#code(node.argument)})`
      case 'BinaryExpression':
        if (!BINARY.has(node.operator)) return this.#refuse(node, `the operator ${node.operator}`)
        return `(${this.#operand(node.left, node.operator)} ${node.operator} ${this.#code(node.right)})`
      case 'LogicalExpression':
        return `(${this.#code(node.left)} ${node.operator} ${this.#code(node.right)})`
      case 'ConditionalExpression':
        return `(${this.#code(node.test)} ? ${this.#code(node.consequent)} : ${this.#code(node.alternate)})`
      case 'TemplateLiteral':
        return this.#template(node)
      case 'ArrayExpression':
        return `[${node.elements.map((element) => (element ? this.#element(element) : 'void 0')).join(',')}]`
      case 'ObjectExpression':
        return `({${node.properties.map((property) => this.#property(property)).join(',')}})`
      case 'CallExpression':
        return this.#call(node)
      case 'ThisExpression':
        return this.#refuse(node, '`this`')
      case 'AssignmentExpression':
      case 'UpdateExpression':
        return this.#refuse(node, 'an assignment')
      case 'NewExpression':
        return this.#refuse(node, '`new`')
      case 'FunctionExpression':
      case 'ArrowFunctionExpression':
      case 'ClassExpression':
        return this.#refuse(node, 'a function')
      default:
        return this.#refuse(node, `syntax that a binding cannot have (${node.type})`)
    }
  }

  #operand(node: acorn.Expression | acorn.PrivateIdentifier, operator: string): string {
    if (node.type === 'PrivateIdentifier') return this.#refuse(node, 'a private name')
    const code = this.#code(node)
    return operator === '**' ? `(${code})` : code
  }

  #element(node: acorn.Expression | acorn.SpreadElement): string {
    return node.type === 'SpreadElement' ? `...r.a(${this.#code(node.argument)})` : this.#code(node)
  }

  #member(node: acorn.MemberExpression): string {
    if (node.object.type === 'Super' || node.property.type === 'PrivateIdentifier')
      return this.#refuse(node, 'a private name')
    const object = this.#code(node.object)
    if (node.computed) return `r.g(${object},${this.#code(node.property)})`
    const name = this.#name(node.property.type === 'Identifier' ? node.property.name : '')
    return INHERITED_NAMES.has(name) ? `r.g(${object},${JSON.stringify(name)})` : `${object}?.${name}`
  }

  #template(node: acorn.TemplateLiteral): string {
    const pieces = node.quasis.flatMap((quasi, index) => {
      const expression = node.expressions[index]
      const text = JSON.stringify(quasi.value.cooked ?? quasi.value.raw)
      return expression ? [text, `r.s(${this.#code(expression)})`] : [text]
    })
    return `(${pieces.join(' + ')})`
  }

  #property(property: acorn.Property | acorn.SpreadElement): string {
    if (property.type === 'SpreadElement') return `...${this.#code(property.argument)}`
    if (property.kind !== 'init' || property.method) return this.#refuse(property, 'a function')
    const value = this.#code(property.value)
    if (property.computed) return `[${this.#code(property.key)}]:${value}`
    const { key } = property
    const name = key.type === 'Identifier' ? this.#name(key.name) : key.type === 'Literal' ? String(key.value) : ''
    // A computed key makes "__proto__" an ordinary property.
    return name === '__proto__' ? `["__proto__"]:${value}` : `${JSON.stringify(name)}:${value}`
  }

  #call(node: acorn.CallExpression): string {
    if (node.callee.type === 'Super') return this.#refuse(node, '`super`')
    const root = rootOf(node.callee)
    const sjs = root.type === 'Identifier' && this.scope.resolve(this.#name(root.name)).sjs
    if (!sjs) return this.#refuse(node, 'a call of something that is not an SJS function')
    return `${this.#code(node.callee)}?.(${node.arguments.map((argument) => this.#element(argument)).join(',')})`
  }
}

/** What a member path or a call begins with. */
function rootOf(node: acorn.Expression | acorn.Super): acorn.Expression | acorn.Super {
  if (node.type === 'MemberExpression') return rootOf(node.object)
  if (node.type === 'CallExpression') return rootOf(node.callee)
  return node.type === 'ChainExpression' || node.type === 'ParenthesizedExpression' ? rootOf(node.expression) : node
}
