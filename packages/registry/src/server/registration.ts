import { create } from '@bufbuild/protobuf'
import { WaystoneError } from '@waystone/interface'
import { hintOf, nameOf, toError } from '@waystone/kit/error-fields'
import { RegisterResultSchema } from '@waystone/wire/registry'
import { signedMessage } from './answers.ts'
import { RecordDeniedError, RecordOfOtherPeerError, RecordOutdatedError } from './errors.ts'
import type { PeerId } from '@libp2p/interface'
import type { TrustPolicy, TrustSubject } from '@waystone/interface'
import type { RegisterResult, SignedRecord } from '@waystone/wire/registry'
import type { PutOptions, PutResult, RegistryStore, VerifiedRecord } from '../contract.ts'
import type { Judge, Verify } from '../record/verify.ts'
import type { ServerCounts } from './metrics.ts'
import type { SharedPuts } from './shared-puts.ts'

export interface RegistrationParts {
  store: Pick<RegistryStore, 'signed'>
  puts: Pick<SharedPuts, 'put'>
  verify: Verify
  trust: TrustPolicy
  counts: Pick<ServerCounts, 'registered'>
}

type Outcome = VerifiedRecord | Error

/** Takes the records of one call, each for itself. */
export async function registerAll(
  { store, puts, verify, trust, counts }: RegistrationParts,
  signed: readonly SignedRecord[],
  caller: TrustSubject,
  put: PutOptions
): Promise<RegisterResult[]> {
  const judge = judgeFor(trust, caller)
  const checked = await Promise.all(signed.map(async (each): Promise<Outcome> => await attempt(verify, each, judge)))
  const results = await putThem(puts, checked, put)
  return results.map((result, at) => {
    counts.registered(result)
    const record = checked[at]
    return result === 'newer' && record !== undefined && !(record instanceof Error)
      ? outdated(store, record)
      : resultOf(result)
  })
}

async function attempt(verify: Verify, signed: SignedRecord, judge: Judge): Promise<Outcome> {
  try {
    return await verify(signed, judge)
  } catch (error) {
    return toError(error)
  }
}

/** Asked once a kind: a call may bring a hundred records of one. */
function judgeFor(trust: TrustPolicy, caller: TrustSubject): Judge {
  const denials = new Map<string, RecordDeniedError | undefined>()
  const id = caller.peer.toString()
  return record => {
    if (record.id !== id) throw ofOther(record, caller.peer)
    const { kind } = record
    if (!denials.has(kind)) denials.set(kind, denialOf(trust, caller, kind))
    const denial = denials.get(kind)
    if (denial !== undefined) throw denial
  }
}

function denialOf(trust: TrustPolicy, caller: TrustSubject, kind: string): RecordDeniedError | undefined {
  const { allow, reason } = trust.decide(caller, `registry:${kind}`)
  if (allow) return undefined
  return new RecordDeniedError(`you may not register records of kind ${kind} here: ${reason}`, {
    hint: `its operator can allow the function registry:${kind}`
  })
}

function ofOther({ id }: VerifiedRecord, peer: PeerId): RecordOfOtherPeerError {
  return new RecordOfOtherPeerError(`the record is of ${id}, and ${peer.toString()} brings it`, {
    hint: 'each peer registers its own records'
  })
}

type Result = PutResult | Error

async function putThem(
  puts: RegistrationParts['puts'],
  checked: readonly Outcome[],
  options: PutOptions
): Promise<Result[]> {
  const records = checked.filter((each): each is VerifiedRecord => !(each instanceof Error))
  const put = records.length === 0 ? [] : await puts.put({ records, options })
  return checked.map(each => (each instanceof Error ? each : (put.shift() ?? new TypeError('a record was not put'))))
}

/** With the record that is newer, so that its peer can go beyond it. */
function outdated(store: RegistrationParts['store'], { hash }: VerifiedRecord): RegisterResult {
  const result = told(new RecordOutdatedError('a newer record of this name is held here'))
  const [held] = store.signed([hash])
  if (held !== undefined) result.held = signedMessage(held)
  return result
}

/** What of an error is for the caller: not paths of this machine. */
function resultOf(result: Result): RegisterResult {
  if (!(result instanceof Error)) return create(RegisterResultSchema)
  if (result instanceof WaystoneError && nameOf(result) !== 'RegistryStoreError') return told(result)
  return told(
    new WaystoneError('the registry cannot store records now', { hint: 'ask another one' }),
    'RegistryStoreError'
  )
}

function told(error: Error, name = nameOf(error)): RegisterResult {
  return create(RegisterResultSchema, { error: name, message: error.message, hint: hintOf(error) ?? '' })
}
