import { generateKeyPair } from '@libp2p/crypto/keys'
import { systemClock } from '@waystone/kit'
import { describeRpcFailure } from '@waystone/rpc'
import { ipnsNameOf } from '../src/ipns/name.ts'
import { signOffline } from '../src/ipns/sign.ts'
import type { Code } from '@connectrpc/connect'
import type { PrivateKey } from '@libp2p/interface'
import type { IpnsName } from '../src/ipns/name.ts'
import type { NamedKeys } from '../src/index.ts'
import type { TestNode } from './nodes.ts'

export async function publisherKey(): Promise<{ key: PrivateKey; name: IpnsName; keys: NamedKeys }> {
  const key = await generateKeyPair('Ed25519')
  return { key, name: ipnsNameOf(key.publicKey), keys: { get: async () => key } }
}

export async function follow(node: TestNode, pubkey: string): Promise<void> {
  await node.trust.add({ label: 'cluster', pubkey, trustlevel: 'trusted' })
}

export function inUse({ trust }: TestNode): string | undefined {
  return trust.fileOf(trust.entry('cluster')?.pubkey ?? '')?.file.description
}

export async function failureOf(work: Promise<unknown>): Promise<string> {
  return await work.then(
    () => 'none',
    (error: Error) => error.name
  )
}

export async function codeOf(work: Promise<unknown>): Promise<Code | undefined> {
  return await work.then(
    () => undefined,
    (error: unknown) => describeRpcFailure(error).code
  )
}

export async function sign(key: PrivateKey, file: Uint8Array, sequence = 1n): Promise<Uint8Array> {
  return await signOffline({ key, file, sequence, now: systemClock.now() })
}
