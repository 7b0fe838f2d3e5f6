import { Code, ConnectError } from '@connectrpc/connect'
import { callerKey } from '@waystone/rpc'
import { networkOf } from './network.ts'
import type { HandlerContext } from '@connectrpc/connect'
import type { TrustSubject } from '@waystone/interface'
import type { RegistryCaller } from './rates.ts'

/** Who calls, and about whom is decided what it may. */
export interface AdmittedCaller extends RegistryCaller {
  readonly subject: TrustSubject
}

/** @throws ConnectError - permission_denied, if no peer calls */
export function callerOf({ values }: HandlerContext): AdmittedCaller {
  const caller = values.get(callerKey)
  if (caller?.kind !== 'peer') throw new ConnectError('only peers can call this', Code.PermissionDenied)
  const { peer, remoteAddress } = caller
  const subject = { peer, address: remoteAddress }
  return { id: peer.toString(), network: networkOf(remoteAddress), subject }
}
