/**
 * The error of everything that reads statements.
 */

/** The file is no statement, or does not add up. The message names the line and what was expected. */
export class StatementUnreadable extends Error {
  /** `StatementUnreadable`. */
  override name = 'StatementUnreadable'
}
