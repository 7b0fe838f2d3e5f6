import { fromBinary } from '@bufbuild/protobuf'
import { base58btc } from 'multiformats/bases/base58'
import { registry as messages } from '@waystone/wire/admin'
import { SignedRecordSchema } from '@waystone/wire/registry'
import { explained } from './failures.ts'
import type { MessageInitShape } from '@bufbuild/protobuf'
import type { ServiceImpl } from '@connectrpc/connect'
import type { Cursors, LateService } from '@waystone/rpc'
import type { QueryRequest, SignedRecord, WatchRequest, WatchResponseSchema } from '@waystone/wire/registry'
import type { OwnEntry, RegistryChange } from '../contract.ts'
import type { RegistryAdminParts } from './contract.ts'

type Calls = ServiceImpl<typeof messages.RegistryAdminService>
type Change = MessageInitShape<typeof WatchResponseSchema>

/** The calls of `waystone.admin.v1.RegistryAdminService`. */
export function registryService(
  parts: RegistryAdminParts,
  cursors: Cursors
): LateService<typeof messages.RegistryAdminService> {
  const implementation: Calls = {
    listKinds: async (_request, { signal }) => await listKinds(parts, { signal }),
    query: async ({ query }, { signal }) => await ask(parts, query, { signal }),
    watch: ({ watch }, { signal }) => follow(parts, watch, { signal }),
    listOwn: ({ page }) => {
      const list = 'registry-own'
      try {
        const found = cursors.paginate(parts.registry.own(), { list, page, keyOf: ({ kind, key }) => `${kind} ${key}` })
        return { records: found.rows.map(ownRecord), page: found.page }
      } catch (error) {
        throw explained(error)
      }
    }
  }
  return { service: messages.RegistryAdminService, implementation }
}

interface Signalled {
  signal: AbortSignal
}

async function listKinds({ registry, state }: RegistryAdminParts, options: Signalled) {
  try {
    const { kinds, asked } = await registry.kinds(options)
    const digest = (await state?.())?.digest ?? new Uint8Array()
    return { kinds: [...kinds], asked: asked.map(String), digest }
  } catch (error) {
    throw explained(error)
  }
}

async function ask({ registry }: RegistryAdminParts, query: QueryRequest | undefined, { signal }: Signalled) {
  const { kind = '', filter, page } = query ?? {}
  const { size = 0, cursor = '' } = page ?? {}
  try {
    const { records, nextCursor, asked, disagreements } = await registry.query(kind, filter, {
      cursor,
      signal,
      ...(size > 0 && { size })
    })
    const answer = { records: records.map(({ signed }) => decoded(signed)), page: { nextCursor } }
    return { answer, asked: asked.map(String), disagreements: [...disagreements] }
  } catch (error) {
    throw explained(error)
  }
}

async function* follow(
  { registry }: RegistryAdminParts,
  watch: WatchRequest | undefined,
  { signal }: Signalled
): AsyncGenerator<{ change: Change }> {
  const { kind = '', filter, resume = '' } = watch ?? {}
  try {
    for await (const change of registry.watch(kind, filter, { signal, resume })) yield { change: changeMessage(change) }
  } catch (error) {
    throw explained(error)
  }
}

function changeMessage(change: RegistryChange): Change {
  switch (change.type) {
    case 'put':
      return { change: { case: 'put', value: decoded(change.record.signed) }, resume: change.resume }
    case 'gone': {
      const { kind, peer, key } = change.name
      return { change: { case: 'gone', value: { kind, key, peer: base58btc.baseDecode(peer) } }, resume: change.resume }
    }
    case 'current':
      return { change: { case: 'current', value: true }, resume: change.resume }
    default:
      return { change: { case: 'reset', value: true }, resume: '' }
  }
}

function decoded(signed: Uint8Array): SignedRecord {
  return fromBinary(SignedRecordSchema, signed)
}

function ownRecord({ kind, key, sequence, expiry, heldBy, refusals }: OwnEntry) {
  const times = { sequence: BigInt(sequence), expiry: BigInt(expiry) }
  return { kind, key, ...times, heldBy: heldBy.map(String), refusals: [...refusals] }
}
