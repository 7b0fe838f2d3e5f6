import { messageOf, nameOf } from '@waystone/kit/error-fields'
import type { MessageInitShape } from '@bufbuild/protobuf'
import type { ConnectionRoute } from '@waystone/kit'
import type { FileFailureSchema, FileRouteSchema } from '@waystone/wire/admin'

export function routeOf({
  path,
  transport,
  reason,
  via = ''
}: ConnectionRoute): MessageInitShape<typeof FileRouteSchema> {
  return { path, transport, reason, via }
}

export function failureOf(error: unknown): MessageInitShape<typeof FileFailureSchema> {
  return { name: nameOf(error), message: messageOf(error) }
}
