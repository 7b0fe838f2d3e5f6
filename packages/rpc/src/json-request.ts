import { WaystoneError } from '@waystone/interface'
import { messageOf } from '@waystone/kit/error-fields'
import { RPC_MESSAGE_MAX_BYTES } from '@waystone/wire/rpc'

const PROCEDURE = /^\/?((?:[A-Za-z_]\w*\.)*[A-Za-z_]\w*\/[A-Za-z_]\w*)$/
/** Far longer than any name, in characters. */
const MAX_PROCEDURE = 512
const SHOWN = 100

/** What should name a method is not `package.Service/Method`. */
export class ProcedureInvalidError extends WaystoneError {
  static override readonly name = 'ProcedureInvalidError'

  constructor(procedure: string) {
    super(`${JSON.stringify(procedure.slice(0, SHOWN))} is no method`, {
      hint: 'write it as SERVICE/METHOD, for example hello.v1.HelloService/SayHello'
    })
  }
}

/** A message of a call is not a JSON object, or is too long. */
export class JsonMessageInvalidError extends WaystoneError {
  static override readonly name = 'JsonMessageInvalidError'

  constructor(message: string, reason: string) {
    super(`${JSON.stringify(message.slice(0, SHOWN))} is no message: ${reason}`, {
      hint: `write each message as a JSON object, for example '{"name":"x"}'`
    })
  }
}

/**
 * The path of a method by its name: `/hello.v1.HelloService/SayHello`.
 *
 * @throws ProcedureInvalidError
 */
export function procedurePath(procedure: string): string {
  const [, path] = procedure.length > MAX_PROCEDURE ? [] : (PROCEDURE.exec(procedure) ?? [])
  if (path === undefined) throw new ProcedureInvalidError(procedure)
  return `/${path}`
}

/**
 * The messages of a call as they are sent, in UTF-8.
 *
 * @throws JsonMessageInvalidError
 */
export function checkMessages(messages: readonly string[]): Uint8Array[] {
  return messages.map(message => {
    const bytes = new TextEncoder().encode(message)
    if (bytes.byteLength > RPC_MESSAGE_MAX_BYTES)
      throw new JsonMessageInvalidError(message, `longer than ${RPC_MESSAGE_MAX_BYTES} bytes`)
    assertJson(message)
    return bytes
  })
}

function assertJson(message: string): void {
  try {
    JSON.parse(message)
  } catch (error) {
    throw new JsonMessageInvalidError(message, messageOf(error))
  }
}
