import { ManualClock } from '@waystone/kit/testing'
import { expect, test } from 'vitest'
import { EventLog } from '../../src/events/event-log.ts'
import { addressChanges } from '../../src/events/libp2p-events.ts'

function createLog() {
  const clock = new ManualClock()
  return { clock, log: new EventLog(clock), ended: new AbortController() }
}

test('a watcher reads what was emitted since it came, in order and with the time', async () => {
  const { clock, log, ended } = createLog()
  log.emit('before')
  using watch = log.watch()
  log.emit('a', { one: 1 })
  await clock.advance(5)
  log.emit('b')
  const reader = watch.read(ended.signal)
  const seen = [(await reader.next()).value?.item, (await reader.next()).value?.item]
  expect(seen).toEqual([
    { kind: 'a', detail: { one: 1 }, atMs: clock.now() - 5 },
    { kind: 'b', detail: {}, atMs: clock.now() }
  ])
})

test('a watcher that waits is woken by the next event', async () => {
  const { log, ended } = createLog()
  using watch = log.watch()
  const next = watch.read(ended.signal).next()
  log.emit('late')
  expect((await next).value?.item.kind).toBe('late')
})

test('only what begins with a kind that was asked for takes room', async () => {
  const { log, ended } = createLog()
  using watch = log.watch(['peer:', 'plugin:hello'])
  for (const kind of ['address:change', 'peer:connect', 'plugin:other:x', 'plugin:hello:x']) log.emit(kind)
  const reader = watch.read(ended.signal)
  const kinds = [(await reader.next()).value?.item.kind, (await reader.next()).value?.item.kind]
  expect(kinds).toEqual(['peer:connect', 'plugin:hello:x'])
})

test('a watcher that does not read loses the oldest and is told how many', async () => {
  const { log, ended } = createLog()
  using watch = log.watch()
  using other = log.watch()
  for (let count = 0; count < 1_003; count++) log.emit(`event ${count}`)
  const reader = watch.read(ended.signal)
  expect((await reader.next()).value).toMatchObject({ dropped: 3, item: { kind: 'event 3' } })
  expect((await reader.next()).value).toMatchObject({ dropped: 0, item: { kind: 'event 4' } })
  expect((await other.read(ended.signal).next()).value?.dropped).toBe(3)
})

test('reading ends with the signal, while it waits and before it began', async () => {
  const { log, ended } = createLog()
  using watch = log.watch()
  const next = watch.read(ended.signal).next()
  ended.abort()
  await expect(next).resolves.toMatchObject({ done: true })
  await expect(watch.read(ended.signal).next()).resolves.toMatchObject({ done: true })
})

test('a watcher that is gone is forgotten, also if it never read or still waits', async () => {
  const { log, ended } = createLog()
  const [idle, waiting] = [log.watch(), log.watch()]
  const next = waiting.read(ended.signal).next()
  expect(log.watchers).toBe(2)
  idle[Symbol.dispose]()
  waiting[Symbol.dispose]()
  expect(log.watchers).toBe(0)
  await expect(next).resolves.toMatchObject({ done: true })
})

test('addresses through a relay show its reservation coming and going', () => {
  const [tcp, one, two] = ['/ip4/10.0.0.1/tcp/1', '/dns4/r/tcp/1/p2p/R/p2p-circuit', '/dns4/r/tcp/2/p2p/R/p2p-circuit']
  expect(addressChanges([tcp], [tcp])).toEqual([])
  expect(addressChanges([tcp], [tcp, one, two])).toEqual([
    ['address:change', { added: [one, two], removed: [] }],
    ['relay:reserved', { relay: 'R' }]
  ])
  expect(addressChanges([tcp, one, two], [tcp, two])).toEqual([['address:change', { added: [], removed: [one] }]])
  expect(addressChanges([two], [tcp])).toEqual([
    ['address:change', { added: [tcp], removed: [two] }],
    ['relay:lost', { relay: 'R' }]
  ])
})
