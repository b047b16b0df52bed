/**
 * The checks of one call's content, one for each version, from the same schemas that describe the call.
 */
import type { TSchema } from 'typebox'
import { contentChecker } from '../merchant-door/check-content.ts'

type Versions<V1 extends TSchema, V2 extends TSchema> = { v1: { request: V1 }; v2: { request: V2 } }

export const contentCheckers = <V1 extends TSchema, V2 extends TSchema>({
  v1,
  v2,
}: Versions<V1, V2>): {
  v1: ReturnType<typeof contentChecker<V1>>
  v2: ReturnType<typeof contentChecker<V2>>
} => ({ v1: contentChecker(v1.request), v2: contentChecker(v2.request) })
