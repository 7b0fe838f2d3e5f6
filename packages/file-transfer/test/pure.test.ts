import { generateKeyPair } from '@libp2p/crypto/keys'
import { peerIdFromPrivateKey } from '@libp2p/peer-id'
import { ManualClock } from '@waystone/kit/testing'
import { RefuseReason } from '@waystone/wire/file-transfer'
import { describe, expect, it } from 'vitest'
import { bestConnection } from '@waystone/kit'
import { FileRefusedError, FileChangedError, TransferBrokenError } from '../src/errors.ts'
import { signReceipt, verifyReceipt } from '../src/receipt.ts'
import { refuseMessage, refusedError } from '../src/refusal.ts'
import { answerDeadlineMs, resumableBytes } from '../src/resume.ts'
import { nextStep } from '../src/retry-policy.ts'
import { PendingOffers } from '../src/pending-offers.ts'
import { stalePartNames } from '../src/stale-parts.ts'
import { partKey, peerOfKey, transferIdOf } from '../src/transfer-id.ts'
import { Watchdog } from '../src/watchdog.ts'

describe('transfer ids', () => {
  const file = { name: 'a', size: 3, modifiedAt: 5 }

  it('are the same for the same file and differ with each of its marks', () => {
    const ids = [file, { ...file }, { ...file, name: 'b' }, { ...file, size: 4 }, { ...file, modifiedAt: 6 }]
    const texts = ids.map(id => Buffer.from(transferIdOf(id)).toString('hex'))
    expect(texts[0]).toBe(texts[1])
    expect(new Set(texts).size).toBe(4)
  })

  it('are kept apart for different peers', () => {
    expect(partKey('peer-a', transferIdOf(file))).not.toBe(partKey('peer-b', transferIdOf(file)))
  })
})

describe('resume', () => {
  it('starts over when more is held than the file has', () => {
    expect([resumableBytes(5, 10), resumableBytes(10, 10), resumableBytes(11, 10)]).toEqual([5, 10, 0])
  })

  it('waits longer for larger files', () => {
    expect(answerDeadlineMs(0)).toBe(10_000)
    expect(answerDeadlineMs(1024 ** 3)).toBe(61_200)
  })
})

describe('stale parts', () => {
  const parts = [
    { name: 'old', peer: 'a', modifiedAt: 0 },
    { name: 'new', peer: 'a', modifiedAt: 90 },
    { name: 'mid', peer: 'a', modifiedAt: 50 }
  ]

  it('are those beyond the age', () => {
    expect(stalePartNames(parts, { now: 100, maxAgeMs: 60, maxCount: 9, inUse: new Set() })).toEqual(['old'])
  })

  it('are the oldest beyond the count', () => {
    expect(stalePartNames(parts, { now: 100, maxAgeMs: 1e9, maxCount: 1, inUse: new Set() })).toEqual(['mid', 'old'])
  })

  it('are those of a peer that leaves many behind, not the older ones of another', () => {
    const flood = Array.from({ length: 5 }, (_, at) => ({ name: `flood ${at}`, peer: 'b', modifiedAt: 1000 + at }))
    const rules = { now: 2000, maxAgeMs: 1e9, maxCount: 3, inUse: new Set<string>() }
    expect(stalePartNames([...parts, ...flood], rules).sort()).toEqual(['flood 0', 'flood 1', 'flood 2', 'mid', 'old'])
  })

  it('are known by their names: all of one peer begin alike', () => {
    const ids = [
      transferIdOf({ name: 'a', size: 3, modifiedAt: 5 }),
      transferIdOf({ name: 'b', size: 3, modifiedAt: 5 })
    ]
    const owners = ['peer-a', 'peer-b'].map(peer => new Set(ids.map(id => peerOfKey(partKey(peer, id)))))
    expect(owners.map(owner => owner.size)).toEqual([1, 1])
    expect(owners[0]).not.toEqual(owners[1])
  })

  it('are never those in use, which count all the same', () => {
    const rules = { now: 1e9, maxAgeMs: 60, maxCount: 1, inUse: new Set(['old']) }
    expect(stalePartNames(parts, rules).sort()).toEqual(['mid', 'new'])
  })
})

describe('streams whose offer has not come yet', () => {
  const flood = (peers: string[]): string[] => {
    const dropped: string[] = []
    const pending = new PendingOffers(3)
    for (const [index, peer] of peers.entries()) pending.add({ peer, abort: () => dropped.push(`${peer}${index}`) })
    return dropped
  }

  it('are dropped at the cost of the peer that has the most', () => {
    expect(flood(['a', 'b', 'b', 'b', 'b', 'c'])).toEqual(['b1', 'b2', 'b3'])
  })

  it('are dropped when they wait longest, where each is of another peer', () => {
    expect(flood(['a', 'b', 'c', 'd', 'e'])).toEqual(['a0', 'b1'])
  })
})

describe('nextStep', () => {
  const state = { attempts: 1, connected: true, idleMs: 0, maxAttempts: 10, giveUpAfterMs: 1000 }
  const broken = new TransferBrokenError('x')

  it('tries again after a break and when the receiver is busy', () => {
    expect(nextStep(broken, state)).toBe('retry')
    expect(nextStep(new FileRefusedError('busy', ''), state)).toBe('retry')
  })

  it('gives up on what would end the same way', () => {
    expect(nextStep(new FileRefusedError('not-allowed', ''), state)).toBe('give-up')
    expect(nextStep(new FileChangedError('f'), state)).toBe('give-up')
  })

  it('gives up after the attempts, the idle time, or three tries to reach a peer never seen', () => {
    expect(nextStep(broken, { ...state, attempts: 10 })).toBe('give-up')
    expect(nextStep(broken, { ...state, idleMs: 1000 })).toBe('give-up')
    expect(nextStep(broken, { ...state, attempts: 2, connected: false })).toBe('retry')
    expect(nextStep(broken, { ...state, attempts: 3, connected: false })).toBe('give-up')
  })
})

describe('refusals', () => {
  it('survive the wire, with their text made plain', () => {
    const message = refuseMessage({ reason: 'no-space', detail: 'a\u001bb' })
    expect(message).toEqual({ case: 'refuse', value: { reason: RefuseReason.NO_SPACE, detail: 'a b' } })
  })

  it('of a later version are unknown', () => {
    const error = refusedError({
      $typeName: 'waystone.file.v1.Refuse',
      reason: 99 as RefuseReason,
      detail: 'x'.repeat(999)
    })
    expect(error.reason).toBe('unknown')
    expect(error.message.length).toBeLessThan(320)
  })
})

describe('bestConnection', () => {
  const at = (direct: boolean, open: number) => ({ direct, timeline: { open } })

  it('is direct before relayed, then the newest', () => {
    expect(bestConnection([at(false, 9), at(true, 1), at(true, 2)])).toEqual(at(true, 2))
    expect(bestConnection([at(false, 1), at(false, 9)])).toEqual(at(false, 9))
    expect(bestConnection([])).toBeUndefined()
  })
})

describe('receipts', () => {
  async function signed() {
    const key = await generateKeyPair('Ed25519')
    const sender = peerIdFromPrivateKey(await generateKeyPair('Ed25519'))
    const receiver = peerIdFromPrivateKey(key)
    const facts = {
      transferId: new Uint8Array(16),
      name: 'a',
      size: 3,
      sha256: new Uint8Array(32),
      receivedAt: 7,
      sender,
      receiver
    }
    return { facts, receipt: await signReceipt(facts, key) }
  }

  it('are good for what was signed', async () => {
    const { facts, receipt } = await signed()
    expect(await verifyReceipt(receipt, facts)).toMatchObject({ name: 'a', size: 3n, receivedAt: 7n })
  })

  it('are not good for anything else', async () => {
    const { facts, receipt } = await signed()
    const other = peerIdFromPrivateKey(await generateKeyPair('Ed25519'))
    for (const change of [
      { transferId: new Uint8Array(16).fill(1) },
      { size: 4 },
      { sha256: new Uint8Array(32).fill(1) },
      { sender: other },
      { receiver: other }
    ]) {
      await expect(verifyReceipt(receipt, { ...facts, ...change })).rejects.toThrow('not valid')
    }
    receipt.signature[0]! ^= 1
    await expect(verifyReceipt(receipt, facts)).rejects.toThrow('did not sign')
  })
})

describe('Watchdog', () => {
  it('ends when nothing happens for the stall time, and leaves no timer behind', async () => {
    const clock = new ManualClock()
    const watchdog = new Watchdog({ stallMs: 30_000, clock })
    watchdog.progress()
    await clock.advance(20_000)
    watchdog.progress()
    await clock.advance(29_999)
    expect(watchdog.signal.aborted).toBe(false)
    await clock.advance(1)
    expect(watchdog.signal.reason).toMatchObject({ name: 'TransferStalledError' })
    watchdog[Symbol.dispose]()
    expect(clock.pending).toBe(0)
  })

  it('lets a shorter wait overtake a longer one', async () => {
    const clock = new ManualClock()
    using watchdog = new Watchdog({ stallMs: 30_000, clock })
    watchdog.expect(60_000)
    watchdog.expect(1000)
    await clock.advance(1000)
    expect(watchdog.signal.aborted).toBe(true)
  })

  it('follows its parent', () => {
    const parent = new AbortController()
    using watchdog = new Watchdog({ stallMs: 1, clock: new ManualClock(), signal: parent.signal })
    parent.abort(new Error('enough'))
    expect(watchdog.signal.reason).toMatchObject({ message: 'enough' })
  })
})
