import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { codeOf, messageOf } from '@waystone/kit/error-fields'
import { readEndpoint } from '../fields.ts'
import { readListenAddress } from '../listen-address.ts'
import type { Socket } from '../listen-address.ts'
import type { Config } from '../schema.ts'
import type { CheckResult } from './result.ts'

/** Binds every port of the configuration and lets it go again. */
export async function checkPorts(config: Config, signal?: AbortSignal): Promise<CheckResult[]> {
  const results: CheckResult[] = []
  for (const [name, socket] of wantedSockets(config)) results.push(await checkSocket(name, socket, signal))
  return results
}

function* wantedSockets({ addresses, admin, tunnels }: Config): Iterable<[name: string, Socket]> {
  for (const { text, socket } of addresses.listen.map(readListenAddress)) {
    if (socket !== undefined) yield [`listen ${text}`, socket]
  }
  for (const { local } of tunnels.forward) {
    const endpoint = readEndpoint(local)
    if (endpoint !== undefined) yield [`forward ${local}`, { protocol: 'tcp', ...endpoint }]
  }
  const { host, port, socket } = admin
  if (socket === undefined) yield [`admin ${host}:${port}`, { protocol: 'tcp', host, port }]
}

async function checkSocket(name: string, socket: Socket, signal: AbortSignal | undefined): Promise<CheckResult> {
  signal?.throwIfAborted()
  try {
    await (socket.protocol === 'tcp' ? bindTcp(socket) : bindUdp(socket))
    return { name, status: 'ok', message: 'free' }
  } catch (error) {
    return { name, ...explain(socket, codeOf(error) ?? messageOf(error)) }
  }
}

async function bindTcp({ host, port }: Socket): Promise<void> {
  const server = createServer()
  server.listen({ host, port, ipv6Only: host.includes(':'), exclusive: true })
  await once(server, 'listening')
  await new Promise(resolve => server.close(resolve))
}

async function bindUdp({ host, port }: Socket): Promise<void> {
  const isIpv6 = host.includes(':')
  const socket = createSocket({ type: isIpv6 ? 'udp6' : 'udp4', ipv6Only: isIpv6 })
  try {
    socket.bind({ address: host, port, exclusive: true })
    await once(socket, 'listening')
  } finally {
    socket.close()
  }
}

function explain({ protocol, host, port }: Socket, code: string): Omit<CheckResult, 'name'> {
  const isAbsent = code === 'EAFNOSUPPORT' || code === 'EADDRNOTAVAIL'
  if (isAbsent && (host === '::' || host === '::1'))
    return { status: 'note', message: 'this machine has no IPv6; nothing listens here' }
  if (isAbsent)
    return {
      status: 'fail',
      message: `this machine does not have ${host}`,
      hint: 'list an address of this machine, or 0.0.0.0'
    }
  if (code === 'EADDRINUSE') {
    return {
      status: 'fail',
      message: `${protocol} port ${port} is in use`,
      hint: `stop what uses port ${port}, or choose another`
    }
  }
  if (code === 'EACCES') {
    return {
      status: 'fail',
      message: `no permission for ${protocol} port ${port}`,
      hint: 'choose a port from 1024 up, or give the process CAP_NET_BIND_SERVICE'
    }
  }
  return { status: 'fail', message: `cannot listen on ${protocol} ${host} port ${port}: ${code}` }
}
