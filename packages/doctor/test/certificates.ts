// @peculiar/x509 stands on it
import 'reflect-metadata'
import { createPrivateKey } from 'node:crypto'
import {
  BasicConstraintsExtension,
  cryptoProvider,
  SubjectAlternativeNameExtension,
  X509CertificateGenerator
} from '@peculiar/x509'
import type { JsonGeneralName } from '@peculiar/x509'

const signingAlgorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' }
const DAY_MS = 86_400_000

export interface CertificateInit {
  names: JsonGeneralName[]
  /** Days from now on; negative when it has ended. */
  days?: number
}

/** An authority of a test, and certificates of it as PEM. */
export async function createAuthority(now: number) {
  const { subtle } = cryptoProvider.get()
  const keys = await subtle.generateKey(signingAlgorithm, true, ['sign', 'verify'])
  const notBefore = new Date(now - 90 * DAY_MS)
  const authority = await X509CertificateGenerator.createSelfSigned({
    name: 'CN=authority of a test',
    keys,
    signingAlgorithm,
    notBefore,
    notAfter: new Date(now + 900 * DAY_MS),
    extensions: [new BasicConstraintsExtension(true, 1, true)]
  })
  const sign = async ({ names, days = 60 }: CertificateInit) => {
    const leaf = await subtle.generateKey(signingAlgorithm, true, ['sign', 'verify'])
    const certificate = await X509CertificateGenerator.create({
      subject: 'CN=leaf',
      issuer: authority.subject,
      publicKey: leaf.publicKey,
      signingKey: keys.privateKey,
      signingAlgorithm,
      notBefore,
      notAfter: new Date(now + days * DAY_MS),
      extensions: [new SubjectAlternativeNameExtension(names)]
    })
    const key = Buffer.from(await subtle.exportKey('pkcs8', leaf.privateKey))
    const privateKey = createPrivateKey({ key, format: 'der', type: 'pkcs8' })
    return {
      cert: certificate.toString('pem'),
      key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()
    }
  }
  return { certificate: authority.toString('pem'), sign }
}
