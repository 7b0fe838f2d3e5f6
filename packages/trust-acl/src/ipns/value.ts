import { base36 } from 'multiformats/bases/base36'
import { base58btc } from 'multiformats/bases/base58'
import { base32 } from 'multiformats/bases/base32'
import { CID } from 'multiformats/cid'
import { IpnsValueError } from './errors.ts'
import { parseIpnsName } from './name.ts'
import type { IpnsName } from './name.ts'

/** Longer than any path that leads to a trust file, in characters. */
const MAX_VALUE_LENGTH = 1_024
const BASES = base32.decoder.or(base36.decoder).or(base58btc.decoder)

/** What a record points to. */
export type IpnsValue =
  | { readonly kind: 'ipfs'; readonly cid: CID; readonly path: string }
  | { readonly kind: 'ipns'; readonly name: IpnsName; readonly path: string }

/**
 * Reads `/ipfs/CID[/path]` or `/ipns/NAME[/path]`.
 *
 * @throws IpnsValueError
 */
export function parseIpnsValue(text: string): IpnsValue {
  const [empty, kind, id, ...rest] = text.slice(0, MAX_VALUE_LENGTH + 1).split('/')
  if (text.length > MAX_VALUE_LENGTH || empty !== '' || id === undefined) throw invalid(text)
  const path = rest.filter(part => part !== '').join('/')
  try {
    if (kind === 'ipfs') return { kind, cid: parseCid(id), path }
    if (kind === 'ipns') return { kind, name: parseIpnsName(id), path }
  } catch (cause) {
    throw invalid(text, cause)
  }
  throw invalid(text)
}

/** A CID in any base that IPFS uses in text. */
export function parseCid(text: string): CID {
  return text.startsWith('Qm') ? CID.parse(text) : CID.parse(text, BASES)
}

function invalid(text: string, cause?: unknown): IpnsValueError {
  return new IpnsValueError(`a record points to ${JSON.stringify(text.slice(0, 128))}`, {
    hint: 'a trust file is found by /ipfs/CID or by /ipns/NAME',
    cause
  })
}
