import { multiaddr } from '@multiformats/multiaddr'
import { peerIdFromString } from '@libp2p/peer-id'
import * as fc from 'fast-check'
import { pino } from 'pino'
import { prettyFactory } from 'pino-pretty'
import { expect, test } from 'vitest'
import { componentLogger } from '../src/index.ts'
import { prettyOptions } from '../src/logging/create-log.ts'
import { startLocalNode } from './local-node.ts'
import { formatMessage } from '../src/logging/format.ts'

const PEER = '12D3KooWEyoppNCUx8Yx66oV9fJnriXwCcXwDDUA2kj6vnc6iDEp'

interface Line {
  level: number
  component: string
  msg: string
  error?: { type: string; message: string; stack: string }
}

function record(level: string) {
  const lines: Line[] = []
  const log = pino({ level }, { write: line => void lines.push(JSON.parse(line)) })
  return { lines, logger: componentLogger(log) }
}

test.each([
  ['%s and %d', ['a', 5], 'a and 5'],
  ['peer %p', [peerIdFromString(PEER)], `peer ${PEER}`],
  ['dial %a', [multiaddr('/ip4/127.0.0.1/tcp/1')], 'dial /ip4/127.0.0.1/tcp/1'],
  ['bytes %b', [new Uint8Array([1, 255])], 'bytes 01ff'],
  ['failed - %e', [new TypeError('no')], 'failed - TypeError: no'],
  ['%o', [{ a: [1, 2] }], '{ a: [ 1, 2 ] }'],
  ['absent %p %a %e', [undefined, null, undefined], 'absent undefined undefined undefined'],
  ['100%% of %z', ['left over'], '100% of %z left over'],
  ['too few %s', [], 'too few %s'],
  ['more', [1, 'b'], 'more 1 b']
])('%j is filled in as by the library', (format, values, text) => {
  expect(formatMessage(format, values)).toBe(text)
})

test('text of a peer cannot move the cursor or begin a line of its own', () => {
  const text = formatMessage('agent %s', ['\u001b[2J\r\n{"level":50}\u009b\u0000'])
  expect(text).toBe('agent \uFFFD[2J\uFFFD\uFFFD{"level":50}\uFFFD\uFFFD')
})

test('a message is cut to a length and no value can break it', () => {
  const hostile = {
    toString: () => {
      throw new Error('no')
    },
    [Symbol.for('nodejs.util.inspect.custom')]: () => {
      throw new Error('no')
    }
  }
  expect(formatMessage('%p %o', [hostile, hostile])).toContain('unprintable')
  expect(formatMessage('%s', ['x'.repeat(100_000)]).length).toBeLessThanOrEqual(4_096)
  fc.assert(
    fc.property(fc.string(), fc.array(fc.anything()), (format, values) => {
      expect(formatMessage(format, values)).not.toMatch(/\p{Cc}/u)
    })
  )
})

test('what the library calls an error is detail, since a remote can cause it', () => {
  const { lines, logger } = record('info')
  const log = logger.forComponent('libp2p:upgrader')
  log.error('inbound failed - %e', new Error('garbage from a remote'))
  log('noise')
  log.trace('more noise')
  expect(lines).toEqual([])
  expect(log.enabled).toBe(false)
})

test('a service of ours speaks to the operator', () => {
  const { lines, logger } = record('info')
  const log = logger.forComponent('waystone:relay-selection')
  log('reserved on %s', 'r1')
  log.error('failed - %e', new RangeError('broken\u001b[0m'))
  log.newScope('r2')('reserved')
  expect(lines.map(({ level, component, msg }) => [level, component, msg])).toEqual([
    [30, 'waystone:relay-selection', 'reserved on r1'],
    [50, 'waystone:relay-selection', 'failed - RangeError: broken\uFFFD[0m'],
    [30, 'waystone:relay-selection:r2', 'reserved']
  ])
  expect(lines[1]?.error).toMatchObject({ type: 'RangeError', message: 'broken\uFFFD[0m' })
  expect(lines[1]?.error?.stack).not.toContain('\u001b')
})

test('at debug and trace the library speaks too', () => {
  const { lines, logger } = record('trace')
  const log = logger.forComponent('libp2p:tcp')
  log('a')
  log.error('b')
  log.trace('c')
  expect(log.enabled).toBe(true)
  expect(lines.map(({ level, msg }) => [level, msg])).toEqual([
    [20, 'a'],
    [20, 'b'],
    [10, 'c']
  ])
})

test('a change of level reaches loggers that were made before', () => {
  const { lines, logger } = record('info')
  const log = logger.forComponent('libp2p:connection')
  const before = log.newScope('1')
  log('unheard')
  logger.level = 'trace'
  expect(log.enabled).toBe(true)
  log('a')
  before.trace('b')
  const scoped = log.newScope('2')
  scoped('c')
  logger.level = 'silent'
  scoped.error('unheard')
  logger.forComponent('waystone:node').error('unheard')
  expect(logger.level).toBe('silent')
  expect(lines.map(({ component, msg }) => [component, msg])).toEqual([
    ['libp2p:connection', 'a'],
    ['libp2p:connection', 'b'],
    ['libp2p:connection:2', 'c']
  ])
})

test('scopes that say nothing are one object, however many connections there are', () => {
  const { logger } = record('info')
  const log = logger.forComponent('libp2p:connection')
  expect(log.newScope('1').newScope('inbound')).toBe(log)
  expect(logger.forComponent('libp2p:connection')).toBe(log)
  const own = logger.forComponent('waystone:node')
  expect(own.newScope('1')).not.toBe(own)
})

test('methods work without their logger, as callbacks do', () => {
  const { lines, logger } = record('trace')
  const { error, trace, newScope } = logger.forComponent('waystone:node')
  error('a')
  trace('b')
  newScope('scope')('c')
  expect(lines.map(({ msg }) => msg)).toEqual(['a', 'b', 'c'])
})

test('a watcher sees more than is written, and what is written stays as it was', async () => {
  const { lines, logger } = record('warn')
  const log = logger.forComponent('waystone:node')
  const ended = new AbortController()
  using debug = logger.watch('debug')
  using errors = logger.watch('error')
  log('news')
  log.trace('detail')
  log.error('failed - %e', new RangeError('why'))
  expect(lines.map(({ msg }) => msg)).toEqual(['failed - RangeError: why'])
  expect(logger.level).toBe('warn')
  const [first, second] = [await debug.read(ended.signal).next(), await debug.read(ended.signal).next()]
  expect(JSON.parse(first.value?.item.line ?? '')).toEqual({
    level: 'info',
    time: expect.stringMatching(/^\d{4}-.*Z$/),
    pid: process.pid,
    component: 'waystone:node',
    msg: 'news'
  })
  expect(JSON.parse(second.value?.item.line ?? '')).toMatchObject({ level: 'error', error: { type: 'RangeError' } })
  expect((await errors.read(ended.signal).next()).value?.item.level).toBe('error')
})

test('with the last watcher gone, nothing is made that nobody reads', () => {
  const { logger } = record('warn')
  const log = logger.forComponent('waystone:node')
  const watch = logger.watch('trace')
  expect(log.enabled).toBe(true)
  watch[Symbol.dispose]()
  expect(log.enabled).toBe(false)
})

test('a watcher that does not read loses the oldest records and is told how many', async () => {
  const { logger } = record('silent')
  using watch = logger.watch('info')
  const log = logger.forComponent('waystone:node')
  for (let count = 0; count < 1_005; count++) log('record %d', count)
  const { value } = await watch.read(new AbortController().signal).next()
  expect(value?.dropped).toBe(5)
  expect(value?.item.line).toContain('record 5"')
})

test('a person reads one line for each, with who says it', () => {
  const { lines, logger } = record('info')
  logger.forComponent('waystone:node')('listening')
  const text = prettyFactory({ ...prettyOptions, colorize: false })(lines[0])
  expect(text).toMatch(/^\[[\d:.]+\] INFO[^\n]*: \[waystone:node\] listening\n$/)
})

test('a node that started says how others reach it and where its admin server is', async () => {
  const { lines, logger } = record('info')
  await using local = await startLocalNode('relay', {}, { logger, admin: true })
  const [address = ''] = local.addresses
  const messages = lines.filter(({ component }) => component === 'waystone:node').map(({ msg }) => msg)
  expect(messages).toEqual([
    `started as relay of test, ${local.node.libp2p.peerId.toString()}`,
    `listening on ${address}`,
    `admin server on ${local.node.adminUrl}`
  ])
  expect(address).toMatch(/\/tcp\/\d+\/p2p\//)
})
