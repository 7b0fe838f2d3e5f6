import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { generateKeyPairFromSeed } from '@libp2p/crypto/keys'
import type { Ed25519PrivateKey } from '@libp2p/interface'
import type { LabNode } from './lab-node.ts'

/** One record that a peer registers or takes back. */
export interface RegistryWrite {
  /** A number that the peer's key follows from. */
  peer: number
  /** The namespace of a rendezvous. */
  room: string
  sequence: number
  withdrawn: boolean
}

export interface WriterInit {
  /** Of the seed, with its peer id. */
  address: string
  /** Milliseconds since the Unix epoch. */
  expiry: number
  writes: readonly RegistryWrite[]
}

const KEY_BYTES = 32

export async function writerKey(peer: number): Promise<Ed25519PrivateKey> {
  return await generateKeyPairFromSeed('Ed25519', new Uint8Array(KEY_BYTES).fill(peer + 1))
}

/**
 * Peers register at a seed, all at once, and are gone. They run on the seed's own machine: what gets lost between machines
 * is not theirs. @throws with what they printed
 */
export async function writeAt(seed: LabNode, { expiry, writes }: Omit<WriterInit, 'address'>): Promise<void> {
  const init: WriterInit = { address: loopbackOf(seed, (await seed.ready()).addresses), expiry, writes }
  const file = join(import.meta.dirname, '../fixtures/registry-writer.ts')
  const [program, ...args] = [...seed.machine.inside, process.execPath, file, JSON.stringify(init)]
  const child = spawn(program, args, { stdio: ['ignore', 'inherit', 'pipe'] })
  let printed = ''
  child.stderr.on('data', (chunk: Buffer) => (printed += chunk.toString()))
  const [code] = await once(child, 'close')
  if (code !== 0) throw new Error(`the peers could not write: ${printed}`)
}

/** Where the seed listens for TCP, by the way that no lab ever cuts. */
function loopbackOf({ machine }: LabNode, addresses: readonly string[]): string {
  const own = addresses.find(text => text.startsWith(`/ip4/${machine.ip}/tcp/`) && !text.includes('/ws'))
  if (own === undefined) throw new Error(`the seed has no TCP address: ${addresses.join(' ')}`)
  return own.replace(machine.ip, '127.0.0.1')
}

/** What a registry holds after these: the highest sequence of each name, if it was not withdrawn. */
export function expectedRooms(writes: readonly RegistryWrite[]): RegistryWrite[] {
  const last = new Map<string, RegistryWrite>()
  for (const write of writes) {
    const name = `${write.peer} ${write.room}`
    if ((last.get(name)?.sequence ?? 0) < write.sequence) last.set(name, write)
  }
  return [...last.values()].filter(({ withdrawn }) => !withdrawn)
}
