import { AdminService } from '@waystone/wire/admin'
import { addressCalls } from './addresses.ts'
import { callPeerCalls } from './call-peer.ts'
import { configCalls } from './config.ts'
import { connectionCalls } from './connections.ts'
import { dialCalls } from './dial.ts'
import { eventCalls } from './events.ts'
import { logCalls } from './logs.ts'
import { nodeCalls } from './node.ts'
import { peerCalls } from './peers.ts'
import { pingCalls } from './ping.ts'
import { stopCalls } from './stop.ts'
import type { LateService } from '@waystone/rpc'
import type { AdminCalls, AdminContext } from './contract.ts'

const CALLS: ((context: AdminContext) => AdminCalls)[] = [
  nodeCalls,
  addressCalls,
  connectionCalls,
  peerCalls,
  configCalls,
  logCalls,
  eventCalls,
  dialCalls,
  pingCalls,
  callPeerCalls,
  stopCalls
]

/** Everything that `AdminService` answers. */
export function adminService(context: AdminContext): LateService<typeof AdminService> {
  return { service: AdminService, implementation: Object.assign({}, ...CALLS.map(make => make(context))) }
}
