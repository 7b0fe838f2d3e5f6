import { join } from 'node:path'
import { startFixture } from '../fixture-process.ts'
import type { FixtureProcess } from '../fixture-process.ts'
import type { PerfServerReady } from './fixtures/perf-server.ts'
import type { Upload, UploadLimit } from './fixtures/perf.ts'
import type { EncrypterName, WaystoneLibp2pInit } from './fixtures/waystone-libp2p.ts'

const MIB = 2 ** 20

/** Two processes, one of which uploads to the other. */
export interface PerfPair extends AsyncDisposable {
  /** Uploads on a stream of its own; answers in MiB/s. */
  upload: (limit: UploadLimit) => Promise<number>
}

const LISTEN = {
  tcp: '/ip4/127.0.0.1/tcp/0',
  ws: '/ip4/127.0.0.1/tcp/0/ws',
  quic: '/ip4/127.0.0.1/udp/0/quic-v1',
  webrtcDirect: '/ip4/127.0.0.1/udp/0/webrtc-direct'
}

/** How the two are connected. */
export interface DirectPath {
  transport: keyof typeof LISTEN
  /** QUIC and WebRTC bring their own encryption; this is then not used. */
  encrypter: EncrypterName
}

/** A pair without libp2p: one TCP connection an upload. */
export async function startRawPair(): Promise<PerfPair> {
  await using stack = new AsyncDisposableStack()
  const server = stack.use(await startFixture<object>({ file: fixture('raw-tcp-server') }))
  const client = stack.use(await startFixture<object>({ file: fixture('raw-tcp-client'), init: server.ready }))
  return pairOf(stack.move(), client)
}

/** A pair on one transport and one connection. */
export async function startDirectPair({ transport, encrypter }: DirectPath): Promise<PerfPair> {
  const init = { transports: [transport], encrypters: [encrypter] }
  return await startPair(init, { ...init, listen: [LISTEN[transport]] })
}

/** A pair with a relay, a third process, between them: TLS over TCP on both legs and end to end. */
export async function startRelayedPair(): Promise<PerfPair> {
  await using stack = new AsyncDisposableStack()
  const leg: WaystoneLibp2pInit = { transports: ['tcp'], encrypters: ['tls'], listen: [LISTEN.tcp] }
  const relay = stack.use(await startFixture<PerfServerReady>({ file: fixture('relay'), init: leg }))
  const init: WaystoneLibp2pInit = { transports: ['tcp', 'circuit'], encrypters: ['tls'] }
  const pair = stack.use(await startPair(init, { ...init, relays: [relay.ready.address] }))
  const owned = stack.move()
  return { upload: pair.upload, [Symbol.asyncDispose]: () => owned.disposeAsync() }
}

async function startPair(clientInit: WaystoneLibp2pInit, serverInit: WaystoneLibp2pInit): Promise<PerfPair> {
  await using stack = new AsyncDisposableStack()
  const server = stack.use(await startFixture<PerfServerReady>({ file: fixture('perf-server'), init: serverInit }))
  const init = { ...clientInit, address: server.ready.address }
  const client = stack.use(await startFixture<object>({ file: fixture('perf-client'), init }))
  return pairOf(stack.move(), client)
}

function fixture(name: string): string {
  return join(import.meta.dirname, 'fixtures', `${name}.ts`)
}

function pairOf(owned: AsyncDisposableStack, client: FixtureProcess<object>): PerfPair {
  return {
    upload: async limit => {
      const { bytes, ms } = await client.ask<Upload>('upload', limit)
      return bytes / MIB / (ms / 1_000)
    },
    [Symbol.asyncDispose]: () => owned.disposeAsync()
  }
}
