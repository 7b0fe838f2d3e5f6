import type { ConnectionRoute } from '@waystone/kit'
import type { FileFailure, FileRoute } from '@waystone/wire/admin'

/** The way of a file as it was before it became a message. */
export function routeFrom(route: FileRoute | undefined): ConnectionRoute | undefined {
  if (route === undefined) return undefined
  const { path, transport, reason, via } = route
  return {
    path: path === 'relayed' ? 'relayed' : 'direct',
    transport,
    reason,
    ...(via !== '' && { via })
  }
}

/** The error of the other side, with its name. */
export function failureFrom({ name, message }: FileFailure): Error {
  return Object.assign(new Error(message), { name })
}
