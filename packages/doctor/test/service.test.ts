import { Code } from '@connectrpc/connect'
import { identify } from '@libp2p/identify'
import { noise } from '@libp2p/noise'
import { ping } from '@libp2p/ping'
import { tcp } from '@libp2p/tcp'
import { yamux } from '@libp2p/yamux'
import { createLibp2p } from 'libp2p'
import { expect, it, onTestFinished } from 'vitest'
import { systemClock } from '@waystone/kit'
import { describeRpcFailure, rpc } from '@waystone/rpc'
import { DoctorService, Health } from '@waystone/wire/admin'
import { ProbeService } from '@waystone/wire/probe'
import { doctor } from '../src/index.ts'
import type { Libp2p } from '@libp2p/interface'
import type { Clock, TrustPolicy } from '@waystone/interface'
import type { Rpc } from '@waystone/rpc'
import type { Doctor, DoctorInit } from '../src/index.ts'

type Node = Libp2p<{ rpc: Rpc; doctor: Doctor }>

const SOME_PEER = '12D3KooWDpJ7As7BWAwRMfu1VU2WCqNjvq387JEYKDBj4kx6nXTN'

interface NodeInit extends Partial<DoctorInit> {
  trust?: TrustPolicy
}

async function startNode({ trust, ...init }: NodeInit = {}): Promise<Node> {
  const node = await createLibp2p({
    addresses: { listen: ['/ip4/127.0.0.1/tcp/0'] },
    transports: [tcp()],
    connectionEncrypters: [noise()],
    streamMuxers: [yamux()],
    services: {
      identify: identify(),
      ping: ping(),
      rpc: rpc(trust === undefined ? {} : { trust }),
      doctor: doctor({
        role: 'edge',
        network: 'test',
        versions: { waystone: '0.1.0', libp2p: '3.3.11' },
        seeds: [],
        relays: [],
        stun: [],
        isLocal: true,
        checkOpenFiles: () => ({ status: 'ok', message: 'limit unlimited' }),
        ...init
      })
    }
  })
  onTestFinished(async () => node.stop())
  return node as unknown as Node
}

function addressOf(node: Node): string {
  return node.getMultiaddrs()[0]?.toString() ?? ''
}

/** The machine's clock, moved. */
function movedBy(ms: number): Clock {
  return { ...systemClock, now: () => systemClock.now() + ms }
}

it('tells any peer the time, who it is, and whence the peer is seen', async () => {
  const node = await startNode({ role: 'relay', clock: movedBy(90_000) })
  const caller = await startNode()
  await caller.dial(node.getMultiaddrs())
  const answer = await caller.services.rpc.client(ProbeService, node.peerId).probe({})
  expect(answer).toMatchObject({ role: 'relay', network: 'test', agent: expect.stringContaining('libp2p') })
  expect(answer.observedAddress).toMatch(/^\/ip4\/127\.0\.0\.1\/tcp\/\d+/)
  const aheadMs = Number(answer.receivedAtMs) - systemClock.now()
  expect(Math.abs(aheadMs - 90_000)).toBeLessThan(30_000)
  expect(answer.answeredAtMs).toBeGreaterThanOrEqual(answer.receivedAtMs)
})

it('examines a node: a seed that answers, one that is down, and a clock that two seeds contradict', async () => {
  const seeds = [await startNode({ role: 'seed' }), await startNode({ role: 'seed' })]
  const down = `/ip4/127.0.0.1/tcp/9/p2p/${SOME_PEER}`
  const node = await startNode({ seeds: [...seeds.map(addressOf), down], clock: movedBy(-300_000) })
  const heard: string[] = []
  const diagnosis = await node.services.doctor.examine({ onFinding: ({ check }) => void heard.push(check) })
  const health = new Map(diagnosis.findings.map(finding => [finding.check, finding.health]))
  expect(Object.fromEntries(health)).toMatchObject({
    versions: 'healthy',
    'open-files': 'healthy',
    network: 'healthy',
    addresses: 'healthy',
    'nat.mapping': 'unknown',
    'nat.filtering': 'unknown',
    ipv4: 'healthy',
    clock: 'broken',
    [`seed:${seeds[0]?.peerId.toString()}`]: 'healthy',
    [`seed:${SOME_PEER}`]: 'degraded'
  })
  expect(diagnosis).toMatchObject({ verdict: 'broken', role: 'edge', version: '0.1.0', peerId: node.peerId.toString() })
  expect(heard.toSorted()).toEqual(diagnosis.findings.map(({ check }) => check).toSorted())
  const clock = diagnosis.findings.find(({ check }) => check === 'clock')
  expect(clock).toMatchObject({ summary: expect.stringContaining('behind'), detail: { sources: 2, asked: 3 } })
})

it('streams findings and then the diagnosis to peers with the function admin, and to no others', async () => {
  const node = await startNode({ trust: { decide: (_subject, name) => ({ allow: name === 'admin', reason: 'test' }) } })
  const closed = await startNode()
  const caller = await startNode()
  await caller.dial(node.getMultiaddrs())
  await caller.dial(closed.getMultiaddrs())
  const cases: string[] = []
  for await (const { event } of caller.services.rpc.client(DoctorService, node.peerId).diagnose({})) {
    cases.push(event.case ?? '')
    if (event.case !== 'diagnosis') continue
    expect(event.value.findings).toHaveLength(cases.length - 1)
    expect(event.value).toMatchObject({ role: 'edge', version: '0.1.0', verdict: Health.HEALTHY })
    expect(event.value.findings.every(({ detail }) => typeof JSON.parse(detail) === 'object')).toBe(true)
  }
  expect(new Set(cases.slice(0, -1))).toEqual(new Set(['finding']))
  expect(cases.at(-1)).toBe('diagnosis')
  const refused = async () => {
    for await (const _ of caller.services.rpc.client(DoctorService, closed.peerId).diagnose({})) continue
  }
  const failure = describeRpcFailure(await refused().catch((error: unknown) => error))
  expect(failure.code).toBe(Code.PermissionDenied)
})

it('runs a few examinations at one time and no more', async () => {
  const node = await startNode()
  const results = await Promise.allSettled(Array.from({ length: 5 }, async () => await node.services.doctor.examine()))
  const reasons = results.flatMap(result => (result.status === 'rejected' ? [(result.reason as Error).name] : []))
  expect(reasons).toEqual(['DoctorBusyError'])
  expect((await node.services.doctor.examine()).role).toBe('edge')
})

it('ends an examination with its signal', async () => {
  const node = await startNode()
  const controller = new AbortController()
  controller.abort(new Error('enough'))
  await expect(node.services.doctor.examine({ signal: controller.signal })).rejects.toThrow('enough')
})

it('can be started and stopped again', async () => {
  const node = await startNode()
  await node.stop()
  await node.stop()
  await node.start()
  expect(node.services.rpc.services()).toEqual(expect.arrayContaining([ProbeService.typeName, DoctorService.typeName]))
})
