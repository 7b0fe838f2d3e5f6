import { Code, ConnectError } from '@connectrpc/connect'
import { KeyedTokenBuckets } from '@waystone/kit'
import { nameOf, toError } from '@waystone/kit/error-fields'
import { callerKey, rpcError } from '@waystone/rpc'
import { SeedService } from '@waystone/wire/seed'
import { HELLO_BURST, HELLOS_PER_SECOND, MAX_COUNTED_CALLERS } from './constants.ts'
import { HelloTooSoonError, NotAMemberError, NoTrustFileError } from './errors.ts'
import { hasToYield } from './instance.ts'
import { ownState } from './own-state.ts'
import { envelopesOf } from './peer-records.ts'
import type { HandlerContext } from '@connectrpc/connect'
import type { Connection, PeerId } from '@libp2p/interface'
import type { LateService, PeerCaller } from '@waystone/rpc'
import type { Mesh } from './mesh.ts'
import type { HelloResult } from './metrics.ts'

const CODES: Readonly<Record<string, Code>> = {
  NotAMemberError: Code.PermissionDenied,
  NoTrustFileError: Code.Unavailable,
  HelloTooSoonError: Code.ResourceExhausted,
  HelloInvalidError: Code.InvalidArgument,
  OtherClusterError: Code.FailedPrecondition
}

/** Answers `SeedService` for members. */
export function seedService(mesh: Mesh): LateService<typeof SeedService> {
  const { parts, hearing, instances, duplicates } = mesh
  const { clock, metrics } = parts
  const buckets = new KeyedTokenBuckets({
    capacity: HELLO_BURST,
    refillPerSecond: HELLOS_PER_SECOND,
    maxKeys: MAX_COUNTED_CALLERS,
    clock
  })
  const implementation: LateService<typeof SeedService>['implementation'] = {
    hello: async ({ state }, context) =>
      await told(mesh, async () => {
        const caller = admitted(mesh, buckets, context)
        const instance = hearing.heard(caller.peer, state, 0)
        const connection = connectionOf(mesh, caller)
        const other = connection && (await instances.heard(caller.peer.toString(), instance, connection))
        metrics.hello('taken')
        const answer = { state: await ownState(parts, duplicates.seen) }
        return other === undefined ? answer : { ...answer, other, yield: hasToYield(instance, other) }
      }),
    listMembers: async (_request, context) =>
      await told(mesh, async () => {
        const { peer } = admitted(mesh, buckets, context)
        const others = [...parts.members.connected().values()].filter(member => !member.equals(peer))
        const { signal } = context
        return { peerRecords: await envelopesOf(parts.components.peerStore, others, { signal }) }
      })
  }
  return { service: SeedService, implementation }
}

/** @throws HelloTooSoonError, NoTrustFileError, NotAMemberError */
function admitted(mesh: Mesh, buckets: KeyedTokenBuckets, { values }: HandlerContext): PeerCaller {
  const caller = values.get(callerKey)
  if (caller?.kind !== 'peer') throw new ConnectError('only peers can call this', Code.PermissionDenied)
  requirePace(buckets, caller.peer)
  if (mesh.parts.members.isOther(caller.peer)) return caller
  if (mesh.parts.init.membership.file() === undefined) throw noTrustFile()
  mesh.refused.add(caller.peer)
  throw new NotAMemberError('the caller is not in the trust file of this cluster', {
    hint: `add it: waystone cluster add ${caller.peer.toString()}, and publish the file`
  })
}

/** The caller may well be a member: it is no reason to send it away, nor for it to look for a newer file. */
function noTrustFile(): NoTrustFileError {
  return new NoTrustFileError('the trust file of the cluster is not here yet', { hint: 'it is looked for' })
}

/** @throws HelloTooSoonError */
function requirePace(buckets: KeyedTokenBuckets, peer: PeerId): void {
  if (buckets.take(peer.toString())) return
  throw new HelloTooSoonError(`more than ${HELLO_BURST} calls at once, or ${HELLOS_PER_SECOND} a second`, {
    hint: 'members say hello every ten seconds'
  })
}

/** The very one that the call came over. */
function connectionOf({ parts }: Mesh, { peer, remoteAddress }: PeerCaller): Connection | undefined {
  return parts.components.connectionManager.getConnections(peer).find(({ remoteAddr }) => remoteAddr === remoteAddress)
}

async function told<T>({ parts: { metrics } }: Mesh, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    const code = CODES[nameOf(error)]
    if (code === undefined) throw error
    metrics.hello(resultOf(code))
    throw rpcError(code, toError(error))
  }
}

function resultOf(code: Code): HelloResult {
  if (code === Code.PermissionDenied) return 'not_a_member'
  if (code === Code.Unavailable) return 'no_file'
  return code === Code.ResourceExhausted ? 'too_many' : 'invalid'
}
