import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { codeOf, messageOf } from '@waystone/kit/error-fields'
import { readListenAddress } from '../listen-address.ts'
import type { Socket } from '../listen-address.ts'
import type { Config } from '../schema.ts'
import type { CheckResult } from './result.ts'

/** Binds every port of the configuration and lets it go again. */
export async function checkPorts({ addresses, admin }: Config, signal?: AbortSignal): Promise<CheckResult[]> {
  const results: CheckResult[] = []
  for (const { text, socket } of addresses.listen.map(readListenAddress)) {
    if (socket !== undefined) results.push(await checkSocket(`listen ${text}`, socket, signal))
  }
  const adminSocket: Socket = { protocol: 'tcp', host: admin.host, port: admin.port }
  return [...results, await checkSocket(`admin ${admin.host}:${admin.port}`, adminSocket, signal)]
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
