import { z } from 'zod'
import { host, path, port } from './fields.ts'
import { duration } from './units.ts'

const ipnsName = z.string().regex(/^(k51[a-z0-9]{50,70}|12D3Koo[1-9A-HJ-NP-Za-km-z]{45}|Qm[1-9A-HJ-NP-Za-km-z]{44})$/, {
  error: 'must be an IPNS name such as k51…, as waystone cluster init prints it'
})

/** The seed cluster: its members are the nodes in the trust file that is published under its key. */
export const cluster = z.strictObject({
  name: z
    .string()
    .regex(/^[a-z0-9][a-z0-9-]{0,31}$/, 'must be 1-32 of a-z, 0-9 and -')
    .optional()
    .describe('what the operator calls it, and the label of its entry in the trust database; default cluster'),
  key: ipnsName.optional().describe('IPNS name of the trust file that lists the members'),
  file: path.optional().describe('copy of the trust file, until a newer one is fetched'),
  record: path.optional().describe('signed IPNS record of that copy'),
  trustlevel: z
    .enum(['marginal', 'trusted', 'advanced', 'ultimate'])
    .optional()
    .describe('level of the members; default advanced for seeds and relays, which hold them, else trusted')
})

const dnsServer = z
  .string()
  .regex(
    /^(\d{1,3}(\.\d{1,3}){3}|\[[0-9a-fA-F:]+\])(:\d{1,5})?$/,
    'must be an IP, with or without a port: 192.0.2.53:53'
  )

const url = z.url({ protocol: /^https?$/, error: 'must be an http or https URL' })

/** Where addresses of seeds come from. They are believed no further than a handshake and the trust database bear out. */
export const discovery = z.strictObject({
  dns: z
    .array(host)
    .describe('host names: TXT records _dnsaddr.NAME, SRV records _waystone._tcp.NAME, plain addresses'),
  dnsServers: z.array(dnsServer).describe('asked instead of the DNS servers of the machine'),
  port: port.min(1).describe('TCP port of seeds that are found as plain addresses'),
  urls: z.array(url).describe('lists of addresses: JSON {"seeds": ["/ip4/…"]}, or one address on each line'),
  interval: duration.describe('longest wait until a source is looked at again'),
  cache: z.boolean().describe('remember peers that were good, and start from them')
})

const ORDINAL = 'must be hostname (as in seed-3), or a number'

const lease = z.strictObject({
  directory: path.optional().describe('folder that all seeds of the pool share'),
  postgresFile: path.optional().describe('file that holds a PostgreSQL URL; or WAYSTONE_POOL_POSTGRES'),
  ordinal: z
    .union([z.string().regex(/^(hostname|\d{1,4})$/, ORDINAL), z.int().min(0).max(9_999).transform(String)], {
      error: ORDINAL
    })
    .optional()
    .describe('the slot is given from outside, as to the pods of a Kubernetes StatefulSet'),
  duration: duration.optional().describe('how long a lease lasts without a sign of life of its holder; default 15s')
})

/** Identities that several seeds share: each takes a free one while it runs. Used if there is a folder. */
export const pool = z.strictObject({
  folder: path.optional().describe('folder with the sealed slots, as waystone identity pool makes it'),
  lease: lease.describe('who says which slot is free: exactly one of directory, postgresFile and ordinal')
})
