/** What a command cannot do, told to the person who called it: a sentence of what is wrong, one of what to do. */
export class CommandError extends Error {
  override name = 'CommandError'
}
