/**
 * The my.* table: every API a mini program may call, where it is answered, and what it takes. The host checks each
 * call against this one table; the guest side only forwards.
 */
export interface MyApi {
  name: string
}
