import { generateKeyPair } from '@libp2p/crypto/keys'
import { peerIdFromPrivateKey } from '@libp2p/peer-id'
import { ManualClock, RecordedMetrics } from '@waystone/kit/testing'
import { Uint8ArrayList } from 'uint8arraylist'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Admission } from '../src/admission.ts'
import { EventQueue } from '../src/event-queue.ts'
import { creditFrame, dataFrame, decodeFrame, endFrame } from '../src/frames.ts'
import { tunnelMetrics } from '../src/metrics.ts'
import { PendingHeads } from '../src/pending-heads.ts'
import { Reporter } from '../src/reporter.ts'
import { SendCredit } from '../src/send-credit.ts'
import type { Logger } from '@libp2p/interface'
import type { TunnelEvent } from '../src/index.ts'

describe('frames', () => {
  it('are read as they were written', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1 }), bytes => {
        const frame = decodeFrame(dataFrame(bytes))
        expect(frame.kind === 'data' && frame.bytes.subarray()).toEqual(bytes)
      })
    )
    fc.assert(
      fc.property(fc.nat(0xffff_ffff), bytes => {
        expect(decodeFrame(new Uint8ArrayList(creditFrame(bytes)))).toEqual({ kind: 'credit', bytes })
      })
    )
    expect(decodeFrame(new Uint8ArrayList(endFrame()))).toEqual({ kind: 'end' })
  })

  it('are read or refused by name, whatever they hold', () => {
    fc.assert(
      fc.property(fc.uint8Array(), bytes => {
        try {
          decodeFrame(new Uint8ArrayList(bytes))
        } catch (error) {
          expect(error).toHaveProperty('name', 'TunnelProtocolError')
        }
      })
    )
  })
})

describe('credit', () => {
  it('is never overdrawn, and every byte is sent in the end', async () => {
    const sizes = fc.array(fc.integer({ min: 1, max: 70_000 }), { maxLength: 50 })
    await fc.assert(
      fc.asyncProperty(sizes, fc.integer({ min: 65_536, max: 200_000 }), async (writes, window) => {
        const credit = new SendCredit(window)
        let held = 0
        for (let left of writes) {
          while (left > 0) {
            if (credit.left < 512) {
              credit.add(held)
              held = 0
            }
            const taken = await credit.take(left)
            held += Math.max(taken, 512)
            left -= taken
            expect(held).toBeLessThanOrEqual(window)
          }
        }
      })
    )
  })

  it('wakes whoever waits for it, and tells of a failure', async () => {
    const credit = new SendCredit(511)
    const first = credit.take(10)
    credit.add(1)
    expect(await first).toBe(10)
    const second = credit.take(10)
    credit.fail(new Error('gone'))
    await expect(second).rejects.toThrow('gone')
    await expect(credit.take(1)).rejects.toThrow('gone')
  })

  it('stays a number however much is given', async () => {
    const credit = new SendCredit(0)
    for (let count = 0; count < 3; count++) credit.add(Number.MAX_SAFE_INTEGER)
    expect(credit.left).toBe(Number.MAX_SAFE_INTEGER)
  })
})

it('the admission forgets those that have left', () => {
  const admission = new Admission({ maxTunnels: 3, maxTunnelsPerPeer: 2, maxTunnelsPerName: 2 })
  const [first, second] = [admission.enter('a', 'x'), admission.enter('a', 'y')]
  expect(admission.enter('a', 'z')).toEqual({ full: '2 of this peer' })
  admission.enter('b', 'x')
  expect(admission.enter('c', 'x')).toEqual({ full: '2 to x' })
  expect(admission.enter('c', 'z')).toEqual({ full: '3 in all' })
  for (const entered of [first, second]) if ('leave' in entered) entered.leave()
  expect(admission.enter('a', 'x')).toHaveProperty('leave')
})

it('of too many streams without a head, the oldest of the peer with the most goes', () => {
  const heads = new PendingHeads(4)
  const dropped: string[] = []
  const add = (peer: string, id: string): void => heads.add({ peer, drop: () => dropped.push(id) })
  add('honest', 'h1')
  for (const id of ['f1', 'f2', 'f3', 'f4', 'f5']) add('flooder', id)
  expect(dropped).toEqual(['f1', 'f2'])
  expect(heads.size).toBe(4)
})

it('a queue of events drops the oldest when nobody reads, and ends with its signal', async () => {
  const queue = new EventQueue<number>(2)
  const controller = new AbortController()
  for (const event of [1, 2, 3]) queue.push(event)
  const read: number[] = []
  for await (const event of queue.read(controller)) {
    read.push(event)
    if (event === 3) queueMicrotask(() => controller.abort())
  }
  expect(read).toEqual([2, 3])
})

it('refusals fill neither the log nor the events, and all are counted', async () => {
  const peer = peerIdFromPrivateKey(await generateKeyPair('Ed25519'))
  const recorded = new RecordedMetrics()
  const events: TunnelEvent[] = []
  const lines: unknown[] = []
  const clock = new ManualClock()
  const log = Object.assign((...line: unknown[]) => void lines.push(line), {}) as Logger
  const metrics = tunnelMetrics(recorded.toMetrics(), () => 0)
  const reporter = new Reporter({ log, metrics, clock, events: undefined })
  const origin = { side: 'expose', name: 'web', onEvent: (event: TunnelEvent) => void events.push(event) } as const
  for (let count = 0; count < 1_000; count++) reporter.refused(origin, peer, new Error('no'))
  expect([lines.length, events.length]).toEqual([100, 100])
  expect(recorded.count('waystone_tunnel_refused_total', 'Error')).toBe(1_000)
  await clock.advance(2_000)
  for (let count = 0; count < 10; count++) reporter.refused(origin, peer, new Error('no'))
  expect(events).toHaveLength(102)
})
