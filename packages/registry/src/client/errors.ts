import { WaystoneError } from '@waystone/interface'

/** Nobody who is connected keeps a registry. */
export class NoRegistryError extends WaystoneError {
  static override readonly name = 'NoRegistryError'
}

/** A registry gave what it should not: not signed, not asked for, or too much. */
export class RegistryLiedError extends WaystoneError {
  static override readonly name = 'RegistryLiedError'
}

/** Every registry that was asked failed; the cause is the last failure. */
export class RegistriesFailedError extends WaystoneError {
  static override readonly name = 'RegistriesFailedError'
}

/** The place to go on from belongs to a registry that is not here any more. */
export class RegistryCursorError extends WaystoneError {
  static override readonly name = 'RegistryCursorError'
}

/** What is to be registered has a form that no registry takes. */
export class EntryInvalidError extends WaystoneError {
  static override readonly name = 'EntryInvalidError'
}
