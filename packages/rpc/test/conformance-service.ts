import { Code, ConnectError } from '@connectrpc/connect'
import { abortable } from '@waystone/kit'
import { callerKey, rpcError } from '../src/index.ts'
import type { HandlerContext, ServiceImpl } from '@connectrpc/connect'
import type { ConformanceService, Wish } from './gen/conformance/v1/conformance_pb.ts'

type WishFields = Omit<Wish, '$typeName' | '$unknown'>

/** The implementation that every way in is tested with. */
export const conformance: ServiceImpl<typeof ConformanceService> = {
  async unary({ text, wish, payload }, context) {
    await grant(wish, context)
    const timeoutMs = context.timeoutMs()
    return {
      text,
      payload,
      caller: callerIn(context),
      ...(timeoutMs !== undefined && { timeoutMs: Math.round(timeoutMs) })
    }
  },
  async *serverStream({ text, count, wish }, context) {
    setMetadata(wish, context)
    const end = count === 0 ? Infinity : count
    for (let index = 0; index < end; index++) {
      if (wish !== undefined && index >= wish.failAfter) await grant(wish, context)
      context.signal.throwIfAborted()
      yield { text, index, payload: new Uint8Array(wish?.payloadBytes ?? 0) }
    }
  },
  async clientStream(requests, context) {
    const texts: string[] = []
    for await (const { text, wish } of requests) {
      texts.push(text)
      await grant(wish, context)
    }
    return { texts }
  },
  async *bidiStream(requests, context) {
    for await (const { text, wish } of requests) {
      await grant(wish, context)
      yield { text }
    }
  }
}

async function grant(wish: WishFields | undefined, context: HandlerContext): Promise<void> {
  setMetadata(wish, context)
  if (wish?.hang === true) await abortable(new Promise<never>(() => {}), context.signal)
  if (wish?.throwPlain === true) throw new Error('a secret of the implementation')
  if (wish !== undefined && wish.failCode > 0) throw failure(wish)
}

function failure({ failCode, failMessage, errorName, errorHint }: WishFields): ConnectError {
  const code = Object.values(Code).find(one => Number(one) === failCode) as Code
  if (errorName === '') return new ConnectError(failMessage, code)
  const error = Object.assign(new Error(failMessage), { name: errorName, hint: errorHint })
  return rpcError(code, error)
}

function setMetadata(wish: WishFields | undefined, context: HandlerContext): void {
  if (wish === undefined) return
  if (wish.header !== '') context.responseHeader.set('x-wish', wish.header)
  if (wish.echoHeader !== '') context.responseHeader.set('x-echo', context.requestHeader.get(wish.echoHeader) ?? '')
  if (wish.trailer !== '') context.responseTrailer.set('x-wish-end', wish.trailer)
}

function callerIn({ values }: HandlerContext): string {
  const caller = values.get(callerKey)
  if (caller === undefined) return ''
  return caller.kind === 'peer' ? `${caller.peer.toString()} ${caller.route.path}` : caller.kind
}
