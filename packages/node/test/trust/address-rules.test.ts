import { createServer } from 'node:http'
import { rename, writeFile } from 'node:fs/promises'
import { connect } from 'node:net'
import path from 'node:path'
import { multiaddr } from '@multiformats/multiaddr'
import { webSockets } from '@libp2p/websockets'
import { systemClock } from '@waystone/kit'
import { until } from '@waystone/kit/testing'
import { temporaryFolder } from '@waystone/kit/testing/node'
import { describe, expect, it, onTestFinished } from 'vitest'
import { defaultsFor } from '../../src/config/defaults.ts'
import { noTransports } from '../local-node.ts'
import { from, insideNode, NO_RULES } from './inside.ts'
import { plain } from './network.ts'
import type { AddressInfo } from 'node:net'
import type { Libp2p } from '@libp2p/interface'
import type { InsideNode, Rules } from './inside.ts'

const connected = ({ libp2p }: InsideNode, peer: Libp2p): boolean => libp2p.getConnections(peer.peerId).length > 0
const withRules = (rules: Partial<Rules>): Promise<InsideNode> => insideNode('seed', {}, { ...NO_RULES, ...rules })

async function comesIn(node: InsideNode, peer: Libp2p): Promise<boolean> {
  await peer.dial(node.libp2p.getMultiaddrs()).catch(() => {})
  await until(() => connected(node, peer) || peer.getConnections(node.libp2p.peerId).length === 0)
  return connected(node, peer)
}

/** The bytes that a node sends to whoever connects from an IP and says nothing. */
async function greeting({ libp2p }: InsideNode, localAddress: string): Promise<number> {
  const { port = 0 } = /tcp\/(?<port>\d+)/.exec(String(libp2p.getMultiaddrs()[0]))?.groups ?? {}
  const socket = connect({ host: '127.0.0.1', port: Number(port), localAddress })
  let bytes = 0
  socket.on('data', data => (bytes += data.length)).on('error', () => {})
  await new Promise(resolve => socket.once('close', resolve))
  return bytes
}

/** Replaces a list the way editors and orchestrators do. */
async function replaceFile(file: string, text: string): Promise<void> {
  await writeFile(`${file}.new`, text)
  await rename(`${file}.new`, file)
}

describe('rules by IP on a running node', () => {
  it('keep out before the handshake; what is allowed beats what is denied', async () => {
    const node = await withRules({ deny: ['127.0.0.0/8'], allow: ['127.0.0.2', '127.0.1.0/24'] })
    const ips = { '127.0.0.2': true, '127.0.1.9': true, '127.0.0.3': false, '127.0.2.1': false }
    for (const [ip, allowed] of Object.entries(ips))
      expect([ip, await comesIn(node, await from(ip))]).toEqual([ip, allowed])
    expect(node.denied().map(line => line.split(':')[0])).toEqual(['connect 127.0.0.3', 'connect 127.0.2.1'])
    // whoever is kept out hears not one byte
    expect(await greeting(node, '127.0.0.3')).toBe(0)
  })

  it('keep out everybody by default, but who is allowed', async () => {
    const node = await withRules({ default: 'deny', allow: ['127.0.0.2'] })
    expect(await comesIn(node, await from('127.0.0.2'))).toBe(true)
    expect(await comesIn(node, await from('127.0.0.3'))).toBe(false)
  })

  it('take up nothing of the limits of an IP, and these still hold for those who may come', async () => {
    const connections = { inboundPerSecondPerIp: 1000, inboundPerIp: 2, exemptLoopback: false }
    const rules = { ...NO_RULES, deny: ['127.0.0.3'] }
    const node = await insideNode(
      'seed',
      { connections: { ...defaultsFor('seed').connections, ...connections } },
      rules
    )
    for (let nth = 0; nth < 5; nth++) await greeting(node, '127.0.0.3')
    const peers = [await from('127.0.0.2'), await from('127.0.0.2'), await from('127.0.0.2')]
    const results = []
    for (const peer of peers) results.push(await comesIn(node, peer))
    expect(results).toEqual([true, true, false])
    expect(node.denied()).toHaveLength(1)
  })

  it('of a file that changes end what runs from that IP within a second, and nothing else', async () => {
    await using folder = await temporaryFolder()
    const file = path.join(folder.path, 'deny.txt')
    await writeFile(file, '# nobody yet\n')
    const node = await withRules({ files: [{ path: file, action: 'deny' }] })
    const [bad, worse, good] = [await from('127.0.0.3'), await from('127.0.0.3'), await from('127.0.0.2')]
    for (const peer of [bad, worse, good]) expect(await comesIn(node, peer)).toBe(true)
    const at = systemClock.monotonic()
    await replaceFile(file, '127.0.0.3/32\n')
    await until(() => !connected(node, bad) && !connected(node, worse))
    expect(systemClock.monotonic() - at).toBeLessThan(1_000)
    expect(connected(node, good)).toBe(true)
    expect(await comesIn(node, bad)).toBe(false)
    // a file that cannot be read changes nothing
    await replaceFile(file, 'not an IP\n')
    await until(() => node.refused().length > 0)
    expect(await comesIn(node, bad)).toBe(false)
    await replaceFile(file, '')
    await until(async () => await comesIn(node, bad))
    expect(node.closed()).toHaveLength(2)
    expect(connected(node, good)).toBe(true)
  })

  it('of a feed that changes end what runs from that IP, and stay when the feed breaks', async () => {
    let answer = '192.0.2.1\n'
    const server = createServer((_request, response) => response.writeHead(answer === '' ? 500 : 200).end(answer))
    await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
    onTestFinished(() => server.closeAllConnections())
    onTestFinished(() => void server.close())
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/drop.txt`
    const node = await withRules({ feeds: [{ url, action: 'deny', refresh: '1s' }] })
    const [bad, good] = [await from('127.0.0.3'), await from('127.0.0.2')]
    for (const peer of [bad, good]) expect(await comesIn(node, peer)).toBe(true)
    answer = '127.0.0.3\n'
    await until(() => !connected(node, bad))
    answer = ''
    await until(() => node.refused().length > 0)
    expect(await comesIn(node, bad)).toBe(false)
    expect(connected(node, good)).toBe(true)
  })

  it('count for WebSockets as for others', async () => {
    const config = {
      transports: { ...noTransports, ws: true },
      addresses: { listen: ['/ip4/127.0.0.1/tcp/0/ws'], announce: [], private: true }
    }
    const kept = await insideNode('seed', config, { ...NO_RULES, deny: ['127.0.0.1'] })
    const open = await insideNode('seed', config, { ...NO_RULES, deny: ['127.0.0.3'] })
    const peer = await plain({ transports: [webSockets()], addresses: { listen: [] } })
    expect(await comesIn(kept, peer)).toBe(false)
    expect(await comesIn(open, peer)).toBe(true)
  })

  it('keep this node from dialling them, whatever the address looks like', async () => {
    const node = await withRules({ deny: ['127.0.0.3', '::ffff:127.0.0.4/128'] })
    const peer = await plain({ addresses: { listen: ['/ip4/0.0.0.0/tcp/0'] } })
    const port = /tcp\/(\d+)/.exec(String(peer.getMultiaddrs()[0]))?.[1]
    const hosts = ['ip4/127.0.0.3', 'ip4/127.0.0.4', 'ip6/::ffff:7f00:3', 'ip6/::ffff:127.0.0.3']
    for (const host of hosts) {
      for (const end of ['', `/p2p/${peer.peerId.toString()}`]) {
        const dialled = node.libp2p.dial(multiaddr(`/${host}/tcp/${port}${end}`))
        await expect(dialled, host).rejects.toMatchObject({ name: 'DialDeniedError' })
      }
    }
    await node.libp2p.dial(multiaddr(`/ip4/127.0.0.5/tcp/${port}/p2p/${peer.peerId.toString()}`))
    expect(connected(node, peer)).toBe(true)
  })
})
