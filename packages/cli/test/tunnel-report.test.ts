import { create } from '@bufbuild/protobuf'
import { tunnels } from '@waystone/wire/admin'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { TunnelReport } from '../src/tunnel/report.ts'

const PEER = '12D3KooWDpJ7As7BWAwRMfu1VU2WCqNjvq387JEYKDBj4kx6nXTN'
const LOCAL = `/ip4/127.0.0.1/tcp/4001/p2p/${PEER}`
const PUBLIC = `/ip4/192.0.2.7/tcp/4001/p2p/${PEER}`

afterEach(() => vi.restoreAllMocks())

function printedBy(work: (report: TunnelReport) => void, json = false): string {
  const lines: string[] = []
  vi.spyOn(console, 'log').mockImplementation((line: string) => void lines.push(line))
  work(new TunnelReport({ json }))
  return lines.join('\n')
}

describe('what an exposure says to type on the other side', () => {
  it.each([
    ['the peer id where seeds find it', [LOCAL], ['/dns4/s/tcp/1/p2p/x'], `${PEER} web --seeds /dns4/s/tcp/1/p2p/x`],
    ['an address that others can use', [LOCAL, PUBLIC], [], `${PUBLIC} web`],
    ['a loopback address where there is no other', [LOCAL], [], `${LOCAL} web`],
    ['the peer id where there is nothing else', [], [], `${PEER} web`]
  ])('is %s', (_, addresses, seeds, expected) => {
    const exposed = create(tunnels.ExposedSchema, { peer: PEER, addresses })
    const text = printedBy(report => report.exposed(exposed, { name: 'web', target: '127.0.0.1:80', seeds }))
    expect(text).toMatch(`forward with: waystone forward PORT ${expected}`)
  })
})

it('tells how tunnels went', () => {
  const opened = create(tunnels.TunnelOpenedSchema, { id: 7n, peer: PEER, path: 'relayed', transport: 'quic' })
  const closed = create(tunnels.TunnelClosedSchema, { id: 7n, bytesReceived: 2048n, bytesSent: 3n, failure: 'reset' })
  const refused = create(tunnels.TunnelRefusedSchema, { peer: PEER, reason: 'no' })
  const work = (report: TunnelReport): void => {
    report.listening('127.0.0.1:8080', 'web')
    report.event({ case: 'opened', value: opened })
    report.event({ case: 'closed', value: closed })
    report.event({ case: 'refused', value: refused })
  }
  expect(printedBy(work).split('\n')).toEqual([
    'listening on 127.0.0.1:8080: connections go to web of the peer',
    'for example: curl http://127.0.0.1:8080/',
    `opened 7 with ${PEER}, relayed over quic`,
    'closed 7: 2.0 KiB from the peer, 3 B to it; reset',
    `no tunnel with ${PEER}: no`
  ])
  const events = printedBy(work, true)
    .split('\n')
    .map(line => JSON.parse(line) as unknown)
  expect(events).toEqual([
    { event: 'listening', address: '127.0.0.1:8080' },
    { event: 'opened', id: 7, peer: PEER, path: 'relayed', transport: 'quic' },
    { event: 'closed', id: 7, bytesReceived: 2048, bytesSent: 3, failure: 'reset' },
    { event: 'refused', peer: PEER, reason: 'no' }
  ])
})
