import { join } from 'node:path'
import { startFixture } from '../fixture-process.ts'
import type { FixtureProcess } from '../fixture-process.ts'

/** Two processes with one connection between them. */
export interface Pair extends AsyncDisposable {
  client: FixtureProcess<object>
  server: FixtureProcess<object>
}

// the bench counts objects with it
const env = { NODE_OPTIONS: '--expose-gc --disable-warning=ExperimentalWarning' }

/** Waystone nodes on TCP with TLS. */
export async function startRpcPair(): Promise<Pair> {
  return await startPair('rpc')
}

/** connect-node over HTTP/2, without TLS. */
export async function startHttpPair(): Promise<Pair> {
  return await startPair('http')
}

async function startPair(kind: 'rpc' | 'http'): Promise<Pair> {
  await using stack = new AsyncDisposableStack()
  const server = stack.use(await startFixture<object>({ file: fixture(`${kind}-server`), env, prepared: true }))
  const file = fixture(`${kind}-client`)
  const client = stack.use(await startFixture<object>({ file, init: server.ready, env, prepared: true }))
  const owned = stack.move()
  return { client, server, [Symbol.asyncDispose]: () => owned.disposeAsync() }
}

function fixture(name: string): string {
  return join(import.meta.dirname, 'fixtures', `${name}.ts`)
}
