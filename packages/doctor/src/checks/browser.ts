import { browserAddresses, tlsTarget } from '../browser/addresses.ts'
import { probeTls } from '../browser/tls-probe.ts'
import { MAX_TLS_ADDRESSES } from '../constants.ts'
import { ownAddresses } from './addresses.ts'
import type { Check, CheckContext } from '../check.ts'
import type { BrowserAddress } from '../observation.ts'

/** Which addresses of this node a browser can dial. */
export const browserCheck: Check = async (context, { signal }) => {
  const own = browserAddresses(ownAddresses(context))
  const secure = new Set(own.filter(({ way }) => way === 'wss').slice(0, MAX_TLS_ADDRESSES))
  const addresses = await Promise.all(
    own.map(async address => (secure.has(address) ? await withTls(context, address, signal) : address))
  )
  return [{ kind: 'browser', addresses }]
}

async function withTls(
  { init, clock }: CheckContext,
  address: BrowserAddress,
  signal: AbortSignal
): Promise<BrowserAddress> {
  const target = tlsTarget(address.address)
  if (target === undefined) return address
  const tls = await probeTls(target, { signal, clock, trusted: init.trustedCertificates })
  return { ...address, tls }
}
