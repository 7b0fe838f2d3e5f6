import { create } from '@bufbuild/protobuf'
import { generateKeyPair } from '@libp2p/crypto/keys'
import { fromBinary } from '@bufbuild/protobuf'
import { SignedRecordSchema } from '@waystone/wire/registry'
import { describe, expect, it } from 'vitest'
import { MAX_FETCH, MAX_WITHHELD, NAME_BYTES, NAMES_MESSAGE_BYTES } from '../../src/sync/constants.ts'
import { packNames } from '../../src/sync/names.ts'
import { clientOf, World } from './world.ts'
import type { ServiceImpl } from '@connectrpc/connect'
import type { RegistrySyncService, SignedRecord } from '@waystone/wire/registry'
import type { VerifiedRecord } from '../../src/index.ts'

type Handlers = Partial<ServiceImpl<typeof RegistrySyncService>>

const DIGESTS = new Uint8Array(8_192).fill(1)

function lies(handlers: Handlers): ReturnType<typeof clientOf> {
  return clientOf({ getDigest: () => ({ digests: DIGESTS, records: 1n }), ...handlers })
}

function signedOf({ signed }: VerifiedRecord): SignedRecord {
  return fromBinary(SignedRecordSchema, signed)
}

/** Names of nothing, as many as are asked for. */
function names(count: number): Uint8Array {
  return packNames(
    Array.from({ length: count }, (_, index) => {
      const hash = new Uint8Array(16)
      new DataView(hash.buffer).setUint32(0, index)
      return { hash, sequence: 1 }
    })
  )
}

describe('a partner that does not keep to the rules', () => {
  it.each<[string, Handlers]>([
    ['digests of another length', { getDigest: () => ({ digests: new Uint8Array(9), records: 1n }) }],
    [
      'half a name',
      {
        listRecords: async function* () {
          yield { names: new Uint8Array(NAME_BYTES + 1) }
        }
      }
    ],
    [
      'a message of names that is too long',
      {
        listRecords: async function* () {
          yield { names: new Uint8Array(NAMES_MESSAGE_BYTES + NAME_BYTES) }
        }
      }
    ],
    [
      'a sequence of 2^63',
      {
        listRecords: async function* () {
          yield { names: new Uint8Array(NAME_BYTES).fill(0x80) }
        }
      }
    ],
    [
      'names without end',
      {
        listRecords: async function* () {
          for (;;) yield { names: new Uint8Array(NAMES_MESSAGE_BYTES) }
        },
        getRecords: async function* () {}
      }
    ],
    [
      'names of records that it does not give',
      {
        listRecords: async function* () {
          yield { names: names(MAX_WITHHELD + 1) }
        },
        getRecords: async function* () {}
      }
    ],
    [
      'records that are none',
      {
        listRecords: async function* () {
          yield { names: names(1) }
        },
        getRecords: async function* () {
          yield { records: [create(SignedRecordSchema, { record: new Uint8Array(40) })] }
        }
      }
    ]
  ])('is told by %s', async (_what, handlers) => {
    const registry = new World().registry()
    await expect(registry.take(lies(handlers))).rejects.toMatchObject({ name: 'SyncPartnerInvalidError' })
    expect(registry.store.state().records).toBe(0)
  })

  it('is told by a record that its peer did not sign, and what was valid before stays', async () => {
    const world = new World()
    const registry = world.registry()
    const good = signedOf(await world.record(await generateKeyPair('Ed25519')))
    const bad = signedOf(await world.record(await generateKeyPair('Ed25519')))
    bad.signature = good.signature
    const partner = lies({
      listRecords: async function* () {
        yield { names: names(2) }
      },
      getRecords: async function* () {
        yield { records: [good, bad] }
      }
    })
    await expect(registry.take(partner)).rejects.toMatchObject({ name: 'SyncPartnerInvalidError' })
    expect(registry.store.state().records).toBe(1)
    expect(registry.counts.get('invalid')).toBe(1)
  })

  it('is told by more records than it was asked for', async () => {
    const world = new World()
    const registry = world.registry()
    const record = signedOf(await world.record(await generateKeyPair('Ed25519')))
    const partner = lies({
      listRecords: async function* () {
        yield { names: names(1) }
      },
      getRecords: async function* () {
        for (;;) yield { records: [record] }
      }
    })
    await expect(registry.take(partner)).rejects.toMatchObject({ name: 'SyncPartnerInvalidError' })
  })

  it('cannot make this registry forget what it does not want of others', async () => {
    const world = new World()
    const registry = world.registry()
    const wanted = await world.record(await generateKeyPair('Ed25519'))
    const other = await world.record(await generateKeyPair('Ed25519'))
    const liar = lies({
      listRecords: async function* () {
        yield { names: packNames([wanted]) }
      },
      getRecords: async function* () {
        yield { records: [signedOf(other)] }
      }
    })
    await registry.take(liar)
    const honest = world.registry()
    honest.store.put(wanted)
    expect(await registry.take(honest.client)).toMatchObject({ taken: 1 })
  })

  it('that says nothing is waited for only so long', async () => {
    const world = new World()
    const registry = world.registry()
    const silent = clientOf({ getDigest: async () => await new Promise(() => {}) })
    const failure = registry.take(silent).catch((error: unknown) => error)
    await world.clock.advance(5_000)
    expect(await failure).toMatchObject({ name: 'DeadlineExceededError' })
  })

  it('that goes on for ever is waited for only so long', async () => {
    const world = new World()
    const registry = world.registry()
    const slow = lies({
      listRecords: async function* () {
        await new Promise(() => {})
        yield { names: new Uint8Array() }
      }
    })
    const failure = registry.take(slow).catch((error: unknown) => error)
    await world.clock.advance(60_000)
    expect(await failure).toMatchObject({ name: 'DeadlineExceededError' })
  })
})

describe('a registry that is asked', () => {
  const asked = (): ReturnType<typeof clientOf> => new World().registry().client
  const all = async (stream: AsyncIterable<unknown>): Promise<unknown[]> => {
    const parts: unknown[] = []
    for await (const part of stream) parts.push(part)
    return parts
  }

  it.each([[[1_024]], [[-1 >>> 0]], [[5, 5]], [Array.from({ length: 1_025 }, (_, part) => part)]])(
    'refuses parts %j that are none',
    async parts => {
      await expect(all(asked().listRecords({ parts }))).rejects.toThrow('parts are different numbers')
    }
  )

  it('refuses names that are none, and too many', async () => {
    await expect(all(asked().getRecords({ names: new Uint8Array(17) }))).rejects.toThrow('hashes of names')
    const many = new Uint8Array((MAX_FETCH + 1) * 16)
    await expect(all(asked().getRecords({ names: many }))).rejects.toThrow('hashes of names')
  })

  it('gives nothing for names that it does not know', async () => {
    expect(await all(asked().getRecords({ names: new Uint8Array(MAX_FETCH * 16) }))).toEqual([])
  })
})
