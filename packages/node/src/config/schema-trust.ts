import { z } from 'zod'
import { address, grantees, host, path, peerAddress, port } from './fields.ts'
import { duration, longDuration, size } from './units.ts'

const trustFunction = z
  .string()
  .regex(
    /^[a-z][a-z0-9-]*(:[a-zA-Z0-9._/-]+)*$/,
    'must be one function such as offer-relay, admin or tunnel:web; there is no wildcard'
  )
const signedFunction = z
  .string()
  .regex(
    /^-?[a-z][a-z0-9-]*(:[a-zA-Z0-9._/-]+)*$/,
    'must be a function such as offer-relay, or -offer-relay to deny it'
  )

const LEVELS = ['none', 'peer', 'marginal', 'trusted', 'advanced', 'ultimate'] as const
const level = z.enum(LEVELS)
const action = z.enum(['allow', 'deny'])
const cidr = z.string().regex(/^[0-9a-fA-F:.]+(\/\d{1,3})?$/, 'must be an IP or a network such as 198.51.100.0/24')
const url = z.url({ protocol: /^https?$/, error: 'must be an http or https URL' })

const entry = z.strictObject({
  label: z.string().min(1).max(64).describe('name of the entry'),
  pubkey: z.string().min(1).max(128).describe('IPNS name of a trust file (k51…), or id of a single peer'),
  kind: z
    .enum(['file', 'peer'])
    .optional()
    .describe('default: peer if there are addresses or the key is written as a peer id (12D3Koo…), else file'),
  trustlevel: z.enum(['blocked', ...LEVELS.slice(1)]).describe('how far it is trusted'),
  functions: z
    .array(signedFunction)
    .optional()
    .describe('overrides of the matrix, such as offer-relay or -use-as-relay'),
  lifetime: longDuration.optional().describe('how long the level is valid from the first start on; default for ever'),
  cacheLifetime: longDuration.optional().describe('how long a fetched trust file is used without a refresh'),
  addresses: z.array(address).optional().describe('where a single peer is'),
  file: path.optional().describe('copy of the trust file, until a newer one is fetched'),
  record: path.optional().describe('signed IPNS record of that copy')
})

const rules = z.strictObject({
  default: action.describe('what becomes of addresses that no rule names'),
  allow: z.array(cidr).describe('let in whatever the other lists say'),
  deny: z.array(cidr).describe('kept out'),
  files: z
    .array(z.strictObject({ path, action }))
    .describe('one IP or network on each line, # begins a comment; read again when they change'),
  feeds: z
    .array(z.strictObject({ url, action, refresh: duration.optional() }))
    .describe('the same over HTTP, fetched again and again')
})

/** Who may do what. */
export const trust = z.strictObject({
  grants: z
    .record(trustFunction, grantees)
    .describe('by function, such as admin or tunnel:web: peer ids that may, or anyone'),
  matrix: z
    .record(trustFunction, z.union([level, z.array(level)]))
    .describe('changes of the function matrix: by function, the lowest level that may, or all levels that may'),
  entries: z.array(entry).describe('taken into the trust database at the first start that sees them'),
  mirrors: z.array(url).describe('IPNS over HTTPS: URLs before /routing/v1/ipns'),
  rules: rules.describe('by IP, before everything else')
})

/** Bytes by CID. */
export const content = z.strictObject({
  enabled: z.boolean().describe('keep and fetch blocks, over bitswap'),
  maxBytes: size.describe('blocks that are kept')
})

const quota = z.strictObject({
  callsPerMinute: z.int().min(0).describe('calls that one peer may begin'),
  bytesPerHour: size.describe('bytes that one peer may fetch')
})

/** Thin clients, both sides. */
export const delegate = z.strictObject({
  serve: z.boolean().describe('look up and fetch for peers that may'),
  use: z.array(peerAddress).describe('nodes that look up and fetch for this one'),
  quotas: z.partialRecord(level, quota).describe('by level of the caller'),
  http: z
    .strictObject({ host, port })
    .optional()
    .describe('serve Delegated Routing V1 and a trustless gateway to everybody who reaches this address')
})
