import { Code, ConnectError } from '@connectrpc/connect'
import { parsePeer } from '@waystone/kit'
import { nameOf, toError } from '@waystone/kit/error-fields'
import { callerKey, rpcError } from '@waystone/rpc'
import { tunnels as admin } from '@waystone/wire/admin'
import { MAX_WAITING_EVENTS } from './constants.ts'
import { EventQueue } from './event-queue.ts'
import type { MessageInitShape } from '@bufbuild/protobuf'
import type { HandlerContext, ServiceImpl } from '@connectrpc/connect'
import type { LateService } from '@waystone/rpc'
import type { TrustGrantees } from '@waystone/interface'
import type { TunnelComponents, TunnelEvent, TunnelStatus, Tunnels } from './contract.ts'

type Own = Pick<TunnelComponents, 'peerId' | 'addressManager'>
type ForwardResponse = MessageInitShape<typeof admin.ForwardResponseSchema>
type ExposeResponse = MessageInitShape<typeof admin.ExposeResponseSchema>

const CODES: Record<string, Code> = {
  NameExposedError: Code.AlreadyExists,
  LocalAddressInUseError: Code.AlreadyExists,
  LocalAddressUnavailableError: Code.FailedPrecondition,
  TunnelsStoppedError: Code.Unavailable
}

/** `waystone.admin.v1.TunnelService`. */
export function tunnelService(tunnels: Tunnels, own: Own): LateService<typeof admin.TunnelService> {
  return { service: admin.TunnelService, implementation: tunnelAdmin(tunnels, own) }
}

function tunnelAdmin(tunnels: Tunnels, own: Own): ServiceImpl<typeof admin.TunnelService> {
  return {
    async *forward(request, context): AsyncGenerator<ForwardResponse> {
      assertOperator(context)
      const events = new EventQueue<TunnelEvent>(MAX_WAITING_EVENTS)
      const onEvent = (event: TunnelEvent): void => events.push(event)
      const { local, peer, name } = request
      await using forward = await explained(async () => await tunnels.forward({ local, peer, name, onEvent }))
      yield { event: { case: 'listening', value: forward.listening } }
      for await (const event of events.read(context)) yield { event: eventOf(event) }
    },
    async *expose(request, context): AsyncGenerator<ExposeResponse> {
      assertOperator(context)
      const events = new EventQueue<TunnelEvent>(MAX_WAITING_EVENTS)
      const onEvent = (event: TunnelEvent): void => events.push(event)
      const { name, target } = request
      await using _ = await explained(async () => tunnels.expose({ name, target, allow: allowOf(request), onEvent }))
      yield { event: { case: 'exposed', value: ownAddresses(own) } }
      for await (const event of events.read(context)) yield { event: eventOf(event) }
    },
    listTunnels: () => ({ tunnels: tunnels.list().map(statusOf) })
  }
}

/** Peers that may administer this node may still not open ports of its machine. */
function assertOperator({ values }: HandlerContext): void {
  if (values.get(callerKey)?.kind === 'operator') return
  throw new ConnectError('only the operator of this machine may open tunnels', Code.PermissionDenied)
}

async function explained<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    throw rpcError(CODES[nameOf(error)] ?? Code.InvalidArgument, toError(error))
  }
}

/** @throws PeerNameInvalidError */
function allowOf({ allow, allowAnyone }: admin.ExposeRequest): TrustGrantees {
  return allowAnyone ? 'anyone' : allow.map(text => parsePeer(text).peer)
}

function ownAddresses({ peerId, addressManager }: Own): MessageInitShape<typeof admin.ExposedSchema> {
  return { peer: peerId.toString(), addresses: addressManager.getAddresses().map(String) }
}

type SharedEvent =
  | { case: 'opened'; value: MessageInitShape<typeof admin.TunnelOpenedSchema> }
  | { case: 'closed'; value: MessageInitShape<typeof admin.TunnelClosedSchema> }
  | { case: 'refused'; value: MessageInitShape<typeof admin.TunnelRefusedSchema> }

function eventOf(event: TunnelEvent): SharedEvent {
  if (event.kind === 'refused') {
    return { case: 'refused', value: { peer: event.peer.toString(), reason: event.reason } }
  }
  const id = BigInt(event.id)
  if (event.kind === 'open') {
    const { path, transport } = event.route
    return { case: 'opened', value: { id, peer: event.peer.toString(), path, transport } }
  }
  const bytes = { bytesReceived: BigInt(event.bytesReceived), bytesSent: BigInt(event.bytesSent) }
  return { case: 'closed', value: { id, ...bytes, failure: event.failure?.message ?? '' } }
}

function statusOf(status: TunnelStatus): MessageInitShape<typeof admin.TunnelStatusSchema> {
  const { name, side, local, peer, open, bytesReceived, bytesSent } = status
  return {
    name,
    side: side === 'expose' ? admin.TunnelSide.EXPOSE : admin.TunnelSide.FORWARD,
    local,
    peer: peer?.toString() ?? '',
    open,
    bytesReceived: BigInt(bytesReceived),
    bytesSent: BigInt(bytesSent)
  }
}
