import { create, fromBinary } from '@bufbuild/protobuf'
import { RecordNameSchema, SignedRecordSchema, WatchResponseSchema } from '@waystone/wire/registry'
import { base58btc } from 'multiformats/bases/base58'
import type { SignedRecord, WatchResponse } from '@waystone/wire/registry'
import type { StoreChange } from '../contract.ts'
import type { ResumeTokens } from './resume.ts'

export function signedMessage(signed: Uint8Array): SignedRecord {
  return fromBinary(SignedRecordSchema, signed)
}

/** A change as it travels. */
export function watchMessage(change: StoreChange, tokens: ResumeTokens): WatchResponse {
  const resume = change.type === 'reset' ? '' : tokens.write(change.number)
  return create(WatchResponseSchema, { change: wireChange(change), resume })
}

function wireChange(change: StoreChange): WatchResponse['change'] {
  if (change.type === 'put') return { case: 'put', value: signedMessage(change.signed) }
  if (change.type !== 'gone') return { case: change.type, value: true }
  const { kind, peer, key } = change.name
  return { case: 'gone', value: create(RecordNameSchema, { kind, key, peer: base58btc.baseDecode(peer) }) }
}
