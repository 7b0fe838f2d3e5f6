import { ConnectError } from '@connectrpc/connect'
import { abortable } from '@waystone/kit'
import { callerKey } from '../src/index.ts'
import type { HandlerContext, ServiceImpl } from '@connectrpc/connect'
import type { ConformanceService, Wish } from './gen/conformance/v1/conformance_pb.ts'

type WishFields = Pick<
  Wish,
  'failCode' | 'failMessage' | 'failAfter' | 'throwPlain' | 'header' | 'trailer' | 'hang' | 'payloadBytes'
>

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
    for (let index = 0; count === 0 || index < count; index++) {
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
  if (wish !== undefined && wish.failCode > 0) throw new ConnectError(wish.failMessage, wish.failCode)
}

function setMetadata(wish: WishFields | undefined, context: HandlerContext): void {
  if (wish === undefined) return
  if (wish.header !== '') context.responseHeader.set('x-wish', wish.header)
  if (wish.trailer !== '') context.responseTrailer.set('x-wish-end', wish.trailer)
}

function callerIn({ values }: HandlerContext): string {
  const caller = values.get(callerKey)
  if (caller === undefined) return ''
  return caller.kind === 'peer' ? `${caller.peer.toString()} ${caller.route.path}` : caller.kind
}
