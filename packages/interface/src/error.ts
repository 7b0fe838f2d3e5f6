export interface WaystoneErrorOptions {
  /** What a person can do about it, as one sentence. */
  hint?: string
  cause?: unknown
}

/**
 * The base of every Waystone error. Callers test `error.name`, never
 * `instanceof`: two copies of a package may be loaded at once.
 */
export class WaystoneError extends Error {
  static override readonly name: string = 'WaystoneError'
  readonly hint: string | undefined

  constructor(message: string, options: WaystoneErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause })
    this.name = new.target.name
    this.hint = options.hint
  }
}
