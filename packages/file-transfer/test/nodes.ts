import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { identify } from '@libp2p/identify'
import { noise } from '@libp2p/noise'
import { tcp } from '@libp2p/tcp'
import { yamux } from '@libp2p/yamux'
import { seededRandom } from '@waystone/kit/testing'
import { createLibp2p } from 'libp2p'
import { fileTransfer } from '../src/index.ts'
import type { FileTransfer, FileTransferInit } from '../src/index.ts'
import type { Libp2p } from '@libp2p/interface'

/** What a test started and has to end, in reverse order. */
const cleanups: Array<() => unknown> = []

export async function cleanUp(): Promise<void> {
  for (const cleanup of cleanups.splice(0).toReversed()) await cleanup()
}

/** Stops the node after the test. */
export function endLater<N extends Libp2p>(node: N): N {
  cleanups.push(() => node.stop())
  return node
}

export type FileNode = Libp2p<{ files: FileTransfer; identify: object }>

/** A libp2p node on loopback TCP with the service. */
export async function fileNode(init: FileTransferInit = {}): Promise<FileNode> {
  const node = await createLibp2p({
    addresses: { listen: ['/ip4/127.0.0.1/tcp/0'] },
    transports: [tcp()],
    connectionEncrypters: [noise()],
    // as in packages/node: more than ten streams may come with the end of the handshake
    streamMuxers: [yamux({ maxEarlyStreams: 1000 })],
    connectionManager: { inboundConnectionThreshold: 10_000 },
    services: { identify: identify(), files: fileTransfer(init) }
  })
  return endLater(node) as FileNode
}

export async function tempFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'waystone-files-'))
  cleanups.push(() => rm(folder, { recursive: true, force: true }))
  return folder
}

export interface Pair {
  sender: FileNode
  receiver: FileNode
  inbox: string
  /** Where files to send are put. */
  outbox: string
}

export async function pair(receiverInit: FileTransferInit = {}, senderInit: FileTransferInit = {}): Promise<Pair> {
  const inbox = await tempFolder()
  const receiver = await fileNode({ inbox, ...receiverInit })
  const sender = await fileNode(senderInit)
  await sender.peerStore.patch(receiver.peerId, { multiaddrs: receiver.getMultiaddrs() })
  return { sender, receiver, inbox, outbox: await tempFolder() }
}

/** `length` bytes that do not repeat. */
export function content(length: number, seed = 1): Buffer {
  const random = seededRandom(seed)
  const words = new Uint32Array(Math.ceil(length / 4))
  for (let index = 0; index < words.length; index++) words[index] = random.number() * 2 ** 32
  return Buffer.from(words.buffer).subarray(0, length)
}

export async function fileOf(folder: string, name: string, bytes: Uint8Array): Promise<string> {
  const path = join(folder, name)
  await writeFile(path, bytes)
  return path
}

/** The detail of the next event of that name. */
export async function nextEvent<T>(target: EventTarget, name: string): Promise<T> {
  return new Promise(resolve => {
    target.addEventListener(name, event => resolve((event as CustomEvent<T>).detail), { once: true })
  })
}
