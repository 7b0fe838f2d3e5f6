import { create, fromBinary } from '@bufbuild/protobuf'
import { base58btc } from 'multiformats/bases/base58'
import {
  ListKindsResponseSchema,
  QueryResponseSchema,
  RecordNameSchema,
  SignedRecordSchema,
  WatchResponseSchema
} from '@waystone/wire/registry'
import { RegistryCursorError } from './errors.ts'
import type { AbortOptions } from '@libp2p/interface'
import type { QueryResponse, SignedRecord, WatchResponse } from '@waystone/wire/registry'
import type { RegistryStore, StoreChange, VerifiedRecord } from '../contract.ts'
import type { AskedRegistry, LocalRegistry, QueryCall, WatchCall } from './contract.ts'

type LocalStore = Pick<RegistryStore, 'query' | 'watch' | 'kinds' | 'put' | 'signed'>

/** The registry of this node, asked as one of others is; a place in it is the number that the store gives it. */
export function localRegistry(store: LocalStore): LocalRegistry {
  const asked: AskedRegistry = {
    query: async (request, options) => await query(store, request, options),
    watch: (request, options) => watch(store, request, options),
    listKinds: async () => create(ListKindsResponseSchema, { kinds: store.kinds() })
  }
  const held = ({ hash }: Pick<VerifiedRecord, 'hash'>): SignedRecord | undefined => {
    const [signed] = store.signed([hash])
    return signed && fromBinary(SignedRecordSchema, signed)
  }
  return { client: asked, put: record => store.put(record), held }
}

async function query(store: LocalStore, request: QueryCall, options?: AbortOptions): Promise<QueryResponse> {
  const { kind, filter, page } = request
  const after = page.cursor === '' ? undefined : numberIn(page.cursor)
  const found = await store.query({ kind, filter, limit: page.size, after }, options)
  const last = found.records.at(-1)
  return create(QueryResponseSchema, {
    records: found.records.map(({ signed }) => fromBinary(SignedRecordSchema, signed)),
    page: { nextCursor: found.hasMore && last !== undefined ? String(last.place) : '' }
  })
}

async function* watch(
  store: LocalStore,
  { kind, filter, resume }: WatchCall,
  options: { signal?: AbortSignal } = {}
): AsyncGenerator<WatchResponse> {
  const after = resume === '' ? undefined : BigInt(numberIn(resume))
  const signal = options.signal ?? new AbortController().signal
  for await (const change of store.watch({ kind: kind === '' ? undefined : kind, filter, after }, { signal })) {
    yield responseOf(change)
  }
}

function responseOf(change: StoreChange): WatchResponse {
  if (change.type === 'reset') return create(WatchResponseSchema, { change: { case: 'reset', value: true } })
  const resume = String(change.number)
  switch (change.type) {
    case 'put': {
      const value = fromBinary(SignedRecordSchema, change.signed)
      return create(WatchResponseSchema, { change: { case: 'put', value }, resume })
    }
    case 'gone': {
      const { kind, peer, key } = change.name
      const value = create(RecordNameSchema, { kind, peer: base58btc.baseDecode(peer), key })
      return create(WatchResponseSchema, { change: { case: 'gone', value }, resume })
    }
    default:
      return create(WatchResponseSchema, { change: { case: 'current', value: true }, resume })
  }
}

/** @throws RegistryCursorError */
function numberIn(text: string): number {
  const number = /^\d{1,16}$/.test(text) ? Number(text) : NaN
  if (Number.isSafeInteger(number)) return number
  throw new RegistryCursorError('this is no place to go on from', { hint: 'begin anew' })
}
