import { Code } from '@connectrpc/connect'
import { nameOf, toError } from '@waystone/kit/error-fields'
import { rpcError } from '@waystone/rpc'
import { whileRunning } from '../node-stops.ts'
import { namedPeer } from './errors.ts'
import type { RpcTarget } from '@waystone/rpc'
import type { AdminCalls, AdminContext } from './contract.ts'

const MISTAKES = new Set(['ProcedureInvalidError', 'JsonMessageInvalidError'])

/** `CallPeer` */
export function callPeerCalls({ components: { peerId, rpc }, stopping }: AdminContext): AdminCalls {
  return {
    async *callPeer({ peer, procedure, messages, timeoutMs }, call) {
      using running = whileRunning(stopping, call.signal)
      const { signal } = running
      const { addresses, peer: id } = namedPeer(peer, peerId)
      const target: RpcTarget = addresses.length === 0 ? id : addresses
      const options = { signal, ...(timeoutMs > 0 && { timeoutMs }) }
      try {
        for await (const message of rpc.callJson(target, procedure, messages, options)) yield { message }
      } catch (error) {
        signal.throwIfAborted()
        throw MISTAKES.has(nameOf(error)) ? rpcError(Code.InvalidArgument, toError(error)) : error
      }
    }
  }
}
