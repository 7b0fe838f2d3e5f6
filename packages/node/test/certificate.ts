// @peculiar/x509 stands on it
import 'reflect-metadata'
import { createPrivateKey } from 'node:crypto'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { cryptoProvider, SubjectAlternativeNameExtension, X509CertificateGenerator } from '@peculiar/x509'

/** A certificate for one name or address that signs itself, as PEM files in a folder. */
export async function makeCertificate(
  folder: string,
  name: { type: 'ip' | 'dns'; value: string }
): Promise<{ certFile: string; keyFile: string }> {
  const signingAlgorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' }
  // libp2p's TLS has set another provider than Node's, and keys of one are none for the other
  const { subtle } = cryptoProvider.get()
  const keys = await subtle.generateKey(signingAlgorithm, true, ['sign', 'verify'])
  const extensions = [new SubjectAlternativeNameExtension([name])]
  const certificate = await X509CertificateGenerator.createSelfSigned({
    name: 'CN=test',
    keys,
    signingAlgorithm,
    extensions
  })
  const files = { certFile: join(folder, 'cert.pem'), keyFile: join(folder, 'key.pem') }
  await writeFile(files.certFile, certificate.toString('pem'))
  const key = Buffer.from(await subtle.exportKey('pkcs8', keys.privateKey))
  const privateKey = createPrivateKey({ key, format: 'der', type: 'pkcs8' })
  await writeFile(files.keyFile, privateKey.export({ type: 'pkcs8', format: 'pem' }))
  return files
}
