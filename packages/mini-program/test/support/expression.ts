/** Compiles one expression and runs it against data, as a page would. */
import { createTools } from '../../src/view/tools.ts'
import { Registry } from '../../src/view/registry.ts'
import { compileExpression } from '../../src/packager/axml/expression.ts'
import { Scope } from '../../src/packager/axml/scope.ts'
import { SourceText } from '../../src/packager/pack-error.ts'
import { runInNewContext } from 'node:vm'

const NO_SJS: ReadonlyMap<string, string> = new Map()

export function compileText(text: string, sjs: ReadonlyMap<string, string> = NO_SJS): string {
  const source = new SourceText('/pages/index/index.axml', text)
  return compileExpression(text, new Scope(sjs), (offset) => source.place(offset))
}

/** The value of the expression. Runs in a context without globals, so a free name would throw. */
export function evaluate(text: string, data: Record<string, unknown> = {}): unknown {
  return runInNewContext(`"use strict";(${compileText(text)})`, { d: data, r: createTools(new Registry()) })
}
