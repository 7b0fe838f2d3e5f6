// @peculiar/x509 stands on it
import 'reflect-metadata'
import { createPrivateKey } from 'node:crypto'
// sets the provider of @peculiar/x509, too
import { generateCertificate } from '@libp2p/tls/utils'
import { generateKeyPair, publicKeyToProtobuf } from '@libp2p/crypto/keys'
import { cryptoProvider, Extension, X509CertificateGenerator } from '@peculiar/x509'
import { OctetString, Sequence } from 'asn1js'
import { systemClock } from '@waystone/kit'
import type { PrivateKey } from '@libp2p/interface'

export { generateCertificate }

const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' }
const HOUR_MS = 3_600_000

export interface CertificateInit {
  hostKey?: PrivateKey
  /** Who signs, in place of the host key. */
  signer?: PrivateKey
  /** In place of the one with the peer's key. */
  extensions?: (own: Extension) => Extension[]
  notBefore?: Date
  notAfter?: Date
  /** What the host key signs, in place of the prefix. */
  prefix?: string
}

export interface MadeCertificate {
  der: Uint8Array
  cert: string
  key: string
}

/** A certificate with what nobody honest puts into one. */
export async function makePeerCertificate(init: CertificateInit = {}): Promise<MadeCertificate> {
  const { subtle } = cryptoProvider.get()
  const keys = await subtle.generateKey(ALGORITHM, true, ['sign', 'verify'])
  const own = await signedKey(init, new Uint8Array(await subtle.exportKey('spki', keys.publicKey)))
  const made = await X509CertificateGenerator.createSelfSigned({
    name: 'CN=libp2p',
    serialNumber: '11',
    notBefore: init.notBefore ?? new Date(systemClock.now() - HOUR_MS),
    notAfter: init.notAfter ?? new Date(systemClock.now() + HOUR_MS),
    signingAlgorithm: ALGORITHM,
    keys,
    extensions: init.extensions?.(own) ?? [own]
  })
  const key = createPrivateKey({
    key: Buffer.from(await subtle.exportKey('pkcs8', keys.privateKey)),
    format: 'der',
    type: 'pkcs8'
  })
  const pem = key.export({ type: 'pkcs8', format: 'pem' }).toString()
  return { der: new Uint8Array(made.rawData), cert: made.toString('pem'), key: pem }
}

async function signedKey({ hostKey, signer, prefix }: CertificateInit, spki: Uint8Array): Promise<Extension> {
  const key = hostKey ?? (await generateKeyPair('Ed25519'))
  const signature = await (signer ?? key).sign(Buffer.concat([Buffer.from(prefix ?? 'libp2p-tls-handshake:'), spki]))
  return extensionOf([publicKeyToProtobuf(key.publicKey), signature])
}

export const PEER_KEY = '1.3.6.1.4.1.53594.1.1'

/** An extension whose value is a sequence of these. */
export function extensionOf(parts: readonly Uint8Array[], oid = PEER_KEY, isCritical = false): Extension {
  const value = new Sequence({ value: parts.map(part => new OctetString({ valueHex: new Uint8Array(part).buffer })) })
  return new Extension(oid, isCritical, value.toBER())
}
