import { once } from 'node:events'
import { connect } from 'node:net'
import { systemClock } from '@waystone/kit'
import { AdminService } from '@waystone/wire/admin'
import { AdminServer } from '../../src/admin/admin-server.ts'
import { createRoutes } from '../../src/admin/routes.ts'
import type { ConnectRouter, ServiceImpl } from '@connectrpc/connect'
import type { Socket } from 'node:net'
import type { AdminServerInit } from '../../src/admin/admin-server.ts'

export const TOKEN = 'ab'.repeat(32)
export const AUTHORIZED = { authorization: `Bearer ${TOKEN}`, 'content-type': 'application/json' }
export const ADMIN = { host: '127.0.0.1', port: 0, names: [], tls: {} }

/** What is mounted can be exchanged, as when plugins come and go. */
export class MountedCalls {
  adminRevision = 0
  #calls: Partial<ServiceImpl<typeof AdminService>> | undefined

  mount(calls: Partial<ServiceImpl<typeof AdminService>> | undefined): void {
    this.#calls = calls
    this.adminRevision++
  }

  async adminRoutes(): Promise<(router: ConnectRouter) => void> {
    const calls = this.#calls
    return router => void (calls !== undefined && router.service(AdminService, calls))
  }
}

export interface Served extends AsyncDisposable {
  url: string
  server: AdminServer
  failures: unknown[]
  /** Answers that could not be sent. */
  lost: unknown[]
  call(name: string, init?: RequestInit): Promise<Response>
}

/** An admin server on a real socket, with calls of the test's own. */
export async function serve(
  calls: Partial<ServiceImpl<typeof AdminService>> | MountedCalls,
  init: Partial<AdminServerInit> = {}
): Promise<Served> {
  const failures: unknown[] = []
  const lost: unknown[] = []
  const server = new AdminServer({
    admin: ADMIN,
    rpc: calls instanceof MountedCalls ? calls : mounted(calls),
    clock: systemClock,
    routes: createRoutes({
      missing: () => [],
      metrics: { contentType: 'text/plain', render: async () => 'metric 1\n' }
    }),
    onError: error => failures.push(error),
    onLost: error => lost.push(error),
    ...init
  })
  const url = await server.start(TOKEN)
  return {
    url,
    server,
    failures,
    lost,
    call: async (name, request = {}) =>
      await fetch(callUrl(url, name), { method: 'POST', headers: AUTHORIZED, body: '{}', ...request }),
    [Symbol.asyncDispose]: async () => await server.stop()
  }
}

export function callUrl(url: string, name: string): string {
  return `${url}/waystone.admin.v1.AdminService/${name}`
}

function mounted(calls: Partial<ServiceImpl<typeof AdminService>>): MountedCalls {
  const all = new MountedCalls()
  all.mount(calls)
  return all
}

/** A socket to the server that has sent this much of a request. */
export async function rawRequest(url: string, text: string): Promise<Socket> {
  const socket = connect(Number(new URL(url).port), '127.0.0.1')
  await once(socket, 'connect')
  socket.write(text)
  return socket
}

/** The head of a call. */
export function head(name: string, headers: Record<string, string | number>): string {
  const all = { host: 'localhost', authorization: AUTHORIZED.authorization, ...headers }
  const lines = Object.entries(all).map(([key, value]) => `${key}: ${value}\r\n`)
  return `POST /waystone.admin.v1.AdminService/${name} HTTP/1.1\r\n${lines.join('')}\r\n`
}

/** A message of a streaming call in JSON, as Connect frames it. */
export function envelope(message: object): Buffer {
  const body = Buffer.from(JSON.stringify(message))
  const prefix = Buffer.alloc(5)
  prefix.writeUInt32BE(body.length, 1)
  return Buffer.concat([prefix, body])
}
