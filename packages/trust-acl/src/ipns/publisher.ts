import { createDeadline } from '@waystone/kit'
import { messageOf } from '@waystone/kit/error-fields'
import { parseTrustFile } from '../trust-file/parse-trust-file.ts'
import { LAST_SEQUENCE_MS, PUBLISH_DEADLINE_MS } from './constants.ts'
import { IpnsNameMismatchError, PublishKeyError, RecordOfOtherFileError } from './errors.ts'
import { ipnsNameOf, parseIpnsName } from './name.ts'
import { rawCid } from './raw-block.ts'
import { nameInRecord, verifyRecord } from './record.ts'
import { requireFileSize, signRecord } from './sign.ts'
import { parseIpnsValue } from './value.ts'
import type { AbortOptions } from '@libp2p/interface'
import type { ContentStore } from '@waystone/interface'
import type { CID } from 'multiformats/cid'
import type { RecordWay } from '../contract.ts'
import type { CarriedNames } from './carried.ts'
import type { IpnsName } from './name.ts'
import type { IpnsBasics, NamedKeys, TrustFileEntries } from './parts.ts'
import type { RecordStore } from './record-store.ts'
import type { SignedIpnsRecord } from './record.ts'
import type { Resolver } from './resolver.ts'
import type { GivingWay } from './ways.ts'

export interface PublishInit {
  /** The trust file, at most 1 MiB. */
  file: Uint8Array
  /** A key of this node by name; made if there is none. Not with `record`. */
  key?: string | undefined
  /** A record that was signed before, instead of a key. */
  record?: Uint8Array | undefined
  /** The name of such a record, if it does not carry its public key. */
  name?: string | undefined
  /** Milliseconds. Default 24 h. */
  ttl?: number | undefined
  /** How long the record is valid, in milliseconds. Default 30 days. */
  lifetime?: number | undefined
}

export interface Published {
  /** `k51…` */
  readonly name: string
  readonly cid: CID
  readonly sequence: bigint
  /** Milliseconds since the Unix epoch. */
  readonly validUntil: number
  /** The ways by which others took it; none, without failures, if no peer is connected. */
  readonly published: readonly RecordWay[]
  /** What went wrong on the other ways, one line each. */
  readonly failures: readonly string[]
}

export interface PublisherInit extends IpnsBasics {
  entries: TrustFileEntries
  records: RecordStore
  carried: CarriedNames
  resolver: Resolver
  ways: readonly GivingWay[]
  keys: NamedKeys | undefined
  content: () => ContentStore | undefined
  /** Whether there is anybody to ask for the last sequence, or to hand a record to. */
  hasPeers: () => boolean
  /** Called when nobody took a record that was published. */
  onUntaken?: () => void
}

/** Signs records for trust files, or takes signed ones, and hands both to the network. */
export class Publisher {
  readonly #init: PublisherInit
  #last: Promise<unknown> = Promise.resolve()

  constructor(init: PublisherInit) {
    this.#init = init
  }

  /**
   * One after the other: two must not sign the same sequence.
   *
   * @throws what is wrong with the file, key or record; whether others took it is in the answer
   */
  async publish(init: PublishInit, { signal }: { signal: AbortSignal }): Promise<Published> {
    const turn = this.#last.then(async () => await this.#publish(init, signal))
    this.#last = turn.catch(() => {})
    return await turn
  }

  /** Hands a record to the network. Without any peer nothing is tried: a query of the DHT would wait for one. */
  async give(
    record: SignedIpnsRecord,
    { signal }: AbortOptions = {}
  ): Promise<Pick<Published, 'published' | 'failures'>> {
    const { clock, ways, hasPeers } = this.#init
    if (!hasPeers()) return { published: [], failures: [] }
    using deadline = createDeadline({ ms: PUBLISH_DEADLINE_MS, what: 'publishing', signal, clock })
    const failures: string[] = []
    const published: RecordWay[] = []
    await Promise.all(
      ways.map(async way => {
        try {
          await way.give(record.name, record.record, { signal: deadline.signal })
          published.push(way.via)
        } catch (error) {
          failures.push(`${way.via}: ${messageOf(error)}`)
        }
      })
    )
    return { published, failures }
  }

  async #publish(init: PublishInit, signal: AbortSignal): Promise<Published> {
    signal.throwIfAborted()
    requireFileSize(init.file)
    const file = parseTrustFile(init.file)
    const cid = await rawCid(init.file)
    const record = await this.#record(init, cid, signal)
    await this.#init.records.keep(record)
    const { text: name } = record.name
    const { sequence, validUntil } = record
    const bytes = record.record.length + init.file.length
    await this.#init.carried.put({ name, validUntil, bytes }, [{ cid, bytes: init.file }])
    const stored = await this.#offer(init.file, signal)
    if (this.#init.entries.entry(name)?.kind === 'file') {
      const { ttl } = record
      const fetched = { file, bytes: init.file, cid, record: record.record, sequence, ttl, via: 'own' } as const
      await this.#init.entries.setFile(name, fetched)
    }
    const { published, failures } = await this.give(record, { signal })
    if (published.length === 0) this.#init.onUntaken?.()
    return { name, cid, sequence, validUntil, published, failures: [...stored, ...failures] }
  }

  async #record(init: PublishInit, cid: CID, signal: AbortSignal): Promise<SignedIpnsRecord> {
    if ((init.key === undefined) === (init.record === undefined)) {
      throw new PublishKeyError('a file is published either with a key or with a signed record')
    }
    const { record } = init
    if (record !== undefined) return await this.#given({ ...init, record }, cid)
    return await this.#signed(init, cid, signal)
  }

  async #given({ record: bytes, name }: PublishInit & { record: Uint8Array }, cid: CID): Promise<SignedIpnsRecord> {
    const { records, clock } = this.#init
    const known = name === undefined ? await nameInRecord(bytes) : parseIpnsName(name)
    if (known === undefined) {
      throw new IpnsNameMismatchError('the record does not say of which name it is', {
        hint: 'records of `waystone trust publish --sign-offline` do'
      })
    }
    const record = await verifyRecord(known, bytes, clock.now())
    const target = parseIpnsValue(record.value)
    if (target.kind !== 'ipfs' || target.path !== '' || !target.cid.equals(cid)) {
      throw new RecordOfOtherFileError(`the record points to ${record.value}, and the file is ${cid.toString()}`, {
        hint: 'publish the very file that the record was signed for'
      })
    }
    // only looked at: it is kept when all is right
    await records.newest(record)
    return record
  }

  async #signed({ key: named, ttl, lifetime }: PublishInit, cid: CID, signal: AbortSignal): Promise<SignedIpnsRecord> {
    const { keys, clock } = this.#init
    if (keys === undefined || named === undefined) throw new PublishKeyError('this node keeps no keys to publish with')
    const key = await keys.get(named)
    const name = ipnsNameOf(key.publicKey)
    const last = await this.#lastSequence(name, signal)
    const sequence = last === undefined ? 0n : last + 1n
    const value = `/ipfs/${cid.toString()}`
    const record = await signRecord({ key, value, sequence, ttl, lifetime, now: clock.now() })
    return await verifyRecord(name, record, clock.now())
  }

  /** The key may have been used on another machine. */
  async #lastSequence(name: IpnsName, signal: AbortSignal): Promise<bigint | undefined> {
    const { resolver, records, clock, hasPeers } = this.#init
    if (hasPeers()) {
      using deadline = createDeadline({ ms: LAST_SEQUENCE_MS, what: 'asking for the last record', signal, clock })
      await resolver.find(name, { signal: deadline.signal }).catch(() => signal.throwIfAborted())
    }
    return (await records.held(name))?.sequence
  }

  async #offer(file: Uint8Array, signal: AbortSignal): Promise<string[]> {
    try {
      await this.#init.content()?.put(file, { signal })
      return []
    } catch (error) {
      return [`content: ${messageOf(error)}`]
    }
  }
}
