import { readFile } from 'node:fs/promises'
import { createSecureContext } from 'node:tls'
import { messageOf } from '@waystone/kit/error-fields'
import { isLoopback } from '../config/loopback.ts'
import { CertificateUnreadableError } from '../libp2p/errors.ts'
import { AdminTlsRequiredError } from './errors.ts'
import type { Config } from '../config/schema.ts'

/**
 * Certificate and key of the server, or nothing if it speaks plain HTTP.
 *
 * @throws AdminTlsRequiredError, CertificateUnreadableError
 */
export async function readTls({
  host,
  socket,
  tls
}: Config['admin']): Promise<{ cert: Buffer; key: Buffer } | undefined> {
  const { certFile, keyFile } = tls
  if (socket !== undefined) return undefined
  if (certFile !== undefined && keyFile !== undefined) {
    return checked({ cert: await readPem(certFile), key: await readPem(keyFile) }, certFile)
  }
  if (isLoopback(host)) return undefined
  throw new AdminTlsRequiredError(`the admin API would be open to other hosts at ${host} without encryption`, {
    hint: 'set admin.tls.certFile and admin.tls.keyFile, or admin.host to 127.0.0.1'
  })
}

function checked(pair: { cert: Buffer; key: Buffer }, certFile: string): typeof pair {
  try {
    createSecureContext(pair)
    return pair
  } catch (cause) {
    throw new CertificateUnreadableError(`${certFile} and its key cannot be used: ${messageOf(cause)}`, {
      hint: 'admin.tls needs a certificate and its own private key, both as PEM',
      cause
    })
  }
}

async function readPem(path: string): Promise<Buffer> {
  try {
    return await readFile(path)
  } catch (cause) {
    throw new CertificateUnreadableError(`cannot read ${path} for the admin API`, {
      hint: 'check admin.tls and the permissions of the file',
      cause
    })
  }
}
