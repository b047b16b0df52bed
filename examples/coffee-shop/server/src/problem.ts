/**
 * What the shop says when it cannot do what a customer asked: a status, a code for the program, a sentence for people.
 */
export class Problem extends Error {
  override name = 'Problem'
  constructor(
    readonly status: 400 | 401 | 404 | 409 | 503,
    readonly code: string,
    message: string,
  ) {
    super(message)
  }
}

export const invalid = (message: string): Problem => new Problem(400, 'INVALID_PARAMETER', message)
