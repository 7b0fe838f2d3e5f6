import { createPrivateKey, X509Certificate } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { messageOf } from '@waystone/kit/error-fields'
import type { Clock } from '@waystone/interface'
import { KEY_FILE_NAME } from '../../identity/constants.ts'
import type { Config } from '../schema.ts'
import { checkPool } from './pool.ts'
import type { CheckResult } from './result.ts'
import { checkSecretFile } from './secret-file.ts'

/** Whether the files that hold secrets can be read by the node and by nobody else. */
export async function checkSecrets({ identity, dataDir, tls, admin }: Config, clock: Clock): Promise<CheckResult[]> {
  const results = await checkPool(identity.pool, clock)
  if (identity.pool.folder === undefined) {
    results.push(await checkSecretFile('identity key', identity.keyFile ?? join(dataDir, KEY_FILE_NAME), true))
  }
  if (identity.passphraseFile !== undefined) {
    results.push(await checkSecretFile('passphrase file', identity.passphraseFile, false))
  }
  return [...results, ...(await checkTls('TLS', tls, clock)), ...(await checkTls('admin TLS', admin.tls, clock))]
}

async function checkTls(what: string, { certFile, keyFile }: Config['tls'], clock: Clock): Promise<CheckResult[]> {
  if (certFile === undefined || keyFile === undefined) return []
  const certificate = await checkCertificate(certFile, keyFile, clock)
  return [await checkSecretFile(`${what} key`, keyFile, false), { ...certificate, name: `${what} certificate` }]
}

async function checkCertificate(certFile: string, keyFile: string, clock: Clock): Promise<Omit<CheckResult, 'name'>> {
  try {
    const certificate = new X509Certificate(await readFile(certFile))
    if (!certificate.checkPrivateKey(createPrivateKey(await readFile(keyFile)))) {
      return {
        status: 'fail',
        message: `${keyFile} is not the key of ${certFile}`,
        hint: 'name the two files that belong together'
      }
    }
    if (certificate.validToDate.getTime() > clock.now())
      return { status: 'ok', message: `valid to ${certificate.validTo}` }
    return {
      status: 'fail',
      message: `${certFile} expired on ${certificate.validTo}`,
      hint: 'renew the certificate'
    }
  } catch (error) {
    return {
      status: 'fail',
      message: `${certFile} with ${keyFile}: ${messageOf(error)}`,
      hint: 'both must be PEM files that this user can read'
    }
  }
}
