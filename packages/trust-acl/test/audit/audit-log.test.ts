import { peerIdFromString } from '@libp2p/peer-id'
import { ManualClock } from '@waystone/kit/testing'
import { describe, expect, test } from 'vitest'
import { AuditLog } from '../../src/audit/audit-log.ts'
import { MAX_OTHERS, TOLD_AT_ONCE } from '../../src/audit/constants.ts'
import type { AuditEvent } from '../../src/contract.ts'

const PEER = peerIdFromString('12D3KooWDpJ7As7BWAwRMfu1VU2WCqNjvq387JEYKDBj4kx6nXTN')

function denial(subject: string, reason = 'no'): Omit<AuditEvent, 'at' | 'count'> {
  return { kind: 'denied', subject, function: 'connect', reason }
}

describe('the log', () => {
  test('keeps who was denied what, why and when', () => {
    const clock = new ManualClock(5_000)
    const log = new AuditLog({ clock })
    log.denied({ peer: PEER }, 'offer-relay', { allow: false, reason: 'offer-relay is denied at level none' })
    expect(log.events()).toEqual([
      {
        at: 5_000,
        kind: 'denied',
        subject: PEER.toString(),
        function: 'offer-relay',
        reason: 'offer-relay is denied at level none',
        count: 1
      }
    ])
  })

  test('counts equal denials in a row together, also across other events, and keeps the time of the last', async () => {
    const clock = new ManualClock(1_000)
    const log = new AuditLog({ clock })
    log.add(denial('a'))
    log.add({ kind: 'changed', subject: 'entry', reason: 'level' })
    await clock.advance(500)
    log.add(denial('a'))
    log.add(denial('b'))
    log.add(denial('a'))
    expect(log.events().map(({ subject, count, at }) => [subject, count, at])).toEqual([
      ['a', 2, 1_500],
      ['entry', 1, 1_000],
      ['b', 1, 1_500],
      ['a', 1, 1_500]
    ])
  })

  test('keeps equal changes apart', () => {
    const log = new AuditLog()
    for (let times = 0; times < 2; times++) log.add({ kind: 'fetched', subject: 'x', reason: 'y' })
    expect(log.events()).toHaveLength(2)
  })

  test('gives the newest when fewer are asked for, and none for none', () => {
    const log = new AuditLog()
    for (const subject of ['a', 'b', 'c']) log.add(denial(subject))
    expect(log.events(2).map(({ subject }) => subject)).toEqual(['b', 'c'])
    expect(log.events(0)).toEqual([])
  })

  test('is bounded, and strangers wash away no change', () => {
    const log = new AuditLog({ maxDenials: 100 })
    log.add({ kind: 'added', subject: 'friend', reason: 'by the operator' })
    for (let at = 0; at < 1_000; at++) log.add(denial(`peer ${at}`))
    const events = log.events()
    expect(events).toHaveLength(101)
    expect(events[0]?.subject).toBe('friend')
    expect(events.slice(1).map(({ subject }) => subject)).toEqual(
      Array.from({ length: 100 }, (_, at) => `peer ${900 + at}`)
    )
    for (let at = 0; at <= MAX_OTHERS; at++) log.add({ kind: 'closed', subject: `${at}`, reason: 'x' })
    for (let at = 0; at <= MAX_OTHERS; at++) log.add({ kind: 'refused', subject: `${at}`, reason: 'x' })
    expect(log.events()).toHaveLength(MAX_OTHERS + 101)
    expect(log.events()[0]?.subject).toBe('friend')
  })

  test('cuts what a stranger made long', () => {
    const log = new AuditLog()
    log.add({ kind: 'denied', subject: 'x'.repeat(1e6), function: 'y'.repeat(1e6), reason: 'z'.repeat(1e6) })
    expect(JSON.stringify(log.events()).length).toBeLessThan(2_000)
    expect(JSON.stringify(log.denialCounts()).length).toBeLessThan(1_000)
  })
})

describe('a follower', () => {
  async function take(log: AsyncIterator<{ event: AuditEvent; missed: number }>, count: number): Promise<unknown[]> {
    const taken: unknown[] = []
    while (taken.length < count) {
      const { value } = (await log.next()) as { value: { event: AuditEvent; missed: number } }
      taken.push([value.event.subject, value.event.count, value.missed])
    }
    return taken
  }

  test('gets everything from the call on, however late it begins to read', async () => {
    const log = new AuditLog()
    log.add(denial('before'))
    const reader = log.follow({ signal: new AbortController().signal })[Symbol.asyncIterator]()
    log.add(denial('a'))
    log.add(denial('b'))
    expect(await take(reader, 2)).toEqual([
      ['a', 1, 0],
      ['b', 1, 0]
    ])
    const next = take(reader, 1)
    log.add(denial('c'))
    expect(await next).toEqual([['c', 1, 0]])
  })

  test('gets a repeated denial again with its count, but once however often it came meanwhile', async () => {
    const log = new AuditLog()
    const reader = log.follow({ signal: new AbortController().signal })[Symbol.asyncIterator]()
    log.add(denial('a'))
    expect(await take(reader, 1)).toEqual([['a', 1, 0]])
    for (let times = 0; times < 1_000; times++) log.add(denial('a'))
    log.add(denial('b'))
    expect(await take(reader, 2)).toEqual([
      ['a', 1_001, 0],
      ['b', 1, 0]
    ])
  })

  test('that is slow is told how many it missed, and holds up nobody', async () => {
    const log = new AuditLog({ maxWaiting: 3 })
    const reader = log.follow({ signal: new AbortController().signal })[Symbol.asyncIterator]()
    for (let at = 0; at < 10; at++) log.add(denial(`${at}`))
    expect(await take(reader, 3)).toEqual([
      ['7', 1, 7],
      ['8', 1, 0],
      ['9', 1, 0]
    ])
  })

  test('ends with the signal, also while it waits, or when it leaves', async () => {
    const log = new AuditLog()
    const controller = new AbortController()
    const reader = log.follow({ signal: controller.signal })[Symbol.asyncIterator]()
    const waiting = reader.next()
    controller.abort()
    expect(await waiting).toEqual({ value: undefined, done: true })
    const ended = log.follow({ signal: controller.signal })[Symbol.asyncIterator]()
    log.add(denial('a'))
    expect((await ended.next()).done).toBe(true)
  })
})

describe('the event log', () => {
  test('is told, but not about every stranger of a flood', async () => {
    const clock = new ManualClock()
    const told: Array<[string, unknown]> = []
    const log = new AuditLog({ clock, events: { emit: (kind, detail) => told.push([kind, detail]) } })
    for (let at = 0; at < 10_000; at++) log.add(denial(`${at}`))
    expect(told).toHaveLength(TOLD_AT_ONCE)
    log.add({ kind: 'removed', subject: 'friend', reason: 'by the operator' })
    expect(told.at(-1)).toEqual(['trust:removed', { subject: 'friend', reason: 'by the operator' }])
    await clock.advance(1_000)
    log.add(denial('next'))
    expect(told.at(-1)).toEqual([
      'trust:denied',
      { subject: 'next', function: 'connect', reason: 'no', untold: 10_000 - TOLD_AT_ONCE }
    ])
  })
})
