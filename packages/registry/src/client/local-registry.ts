import { create } from '@bufbuild/protobuf'
import { ListKindsResponseSchema, QueryResponseSchema } from '@waystone/wire/registry'
import { signedMessage, watchMessage } from '../server/answers.ts'
import { RegistryCursorError } from './errors.ts'
import type { AbortOptions } from '@libp2p/interface'
import type { QueryResponse, SignedRecord, WatchResponse } from '@waystone/wire/registry'
import type { RegistryStore, VerifiedRecord } from '../contract.ts'
import type { ResumeTokens } from '../server/resume.ts'
import type { AskedRegistry, LocalRegistry, QueryCall, WatchCall } from './contract.ts'

type LocalStore = Pick<RegistryStore, 'query' | 'watch' | 'kinds' | 'put' | 'signed'>

interface LocalParts {
  store: LocalStore
  /** Of this run: numbers of changes begin anew with the next one, and with a file that is made anew. */
  tokens: ResumeTokens
}

/** The registry of this node, asked as one of others is; a place in its list is the number that the store gives it. */
export function localRegistry(parts: LocalParts): LocalRegistry {
  const { store } = parts
  const asked: AskedRegistry = {
    query: async (request, options) => await query(store, request, options),
    watch: (request, options) => watch(parts, request, options),
    listKinds: async () => create(ListKindsResponseSchema, { kinds: store.kinds() })
  }
  const held = ({ hash }: Pick<VerifiedRecord, 'hash'>): SignedRecord | undefined => {
    const [signed] = store.signed([hash])
    return signed && signedMessage(signed)
  }
  return { client: asked, put: record => store.put(record), held }
}

async function query(store: LocalStore, request: QueryCall, options?: AbortOptions): Promise<QueryResponse> {
  const { kind, filter, page } = request
  const after = page.cursor === '' ? undefined : numberIn(page.cursor)
  const found = await store.query({ kind, filter, limit: page.size, after }, options)
  const last = found.records.at(-1)
  return create(QueryResponseSchema, {
    records: found.records.map(({ signed }) => signedMessage(signed)),
    page: { nextCursor: found.hasMore && last !== undefined ? String(last.place) : '' }
  })
}

async function* watch(
  { store, tokens }: LocalParts,
  { kind, filter, resume }: WatchCall,
  options: { signal?: AbortSignal } = {}
): AsyncGenerator<WatchResponse> {
  const after = resume === '' ? undefined : tokens.read(resume)
  if (resume !== '' && after === undefined) yield watchMessage({ type: 'reset' }, tokens)
  const signal = options.signal ?? new AbortController().signal
  for await (const change of store.watch({ kind: kind === '' ? undefined : kind, filter, after }, { signal })) {
    yield watchMessage(change, tokens)
  }
}

/** @throws RegistryCursorError */
function numberIn(text: string): number {
  const number = /^\d{1,16}$/.test(text) ? Number(text) : NaN
  if (Number.isSafeInteger(number)) return number
  throw new RegistryCursorError('this is no place to go on from', { hint: 'begin anew' })
}
