import type { TrustLevel } from '@waystone/interface'

/** One of the functions that the matrix knows by itself. */
export interface KnownFunction {
  /** One line for a person. */
  readonly description: string
  /** The lowest level that may; `nobody` leaves it to grants and overrides. */
  readonly lowest: Exclude<TrustLevel, 'blocked'> | 'nobody'
}

/** May be dialled and may connect: everybody but the blocked, unless an address speaks against it. */
export const CONNECT = 'connect'

/**
 * The fourteen functions of https://github.com/libp2p/notes/issues/24, in its
 * order. The rights only grow with the level.
 */
export const FUNCTIONS: Readonly<Record<string, KnownFunction>> = Object.freeze({
  'use-for-bootstrap': row('it is asked for peers when this node starts', 'trusted'),
  'connect-on-startup': row('it is dialled when this node starts', 'advanced'),
  'hold-and-reconnect': row('the connection to it is kept, and made again when lost', 'advanced'),
  'used-for-autonat': row('it is asked, and believed, whether this node can be reached', 'marginal'),
  'bulk-data-sync': row('it exchanges blocks and domain data with this node', 'marginal'),
  'query-all-ipns': row('it may list whom this node trusts', 'ultimate'),
  'peer-exchange': row('it swaps rated peers with this node', 'trusted'),
  'offer-relay': row('it gets reservations and circuits from this node', 'advanced'),
  'use-as-relay': row('this node reserves there, and dials through it', 'marginal'),
  'redistribute-ipns': row('this node carries IPNS records for it', 'advanced'),
  'remote-resolve-ipns': row('this node resolves IPNS names for it', 'advanced'),
  'remote-put-dht': row('this node writes into the DHT for it', 'advanced'),
  'remote-fetch-dht': row('this node looks into the DHT for it', 'advanced'),
  'remote-fetch-cid': row('this node fetches content for it', 'advanced')
})

/** Functions of this node besides the fourteen. */
export const OWN_FUNCTIONS: Readonly<Record<string, KnownFunction>> = Object.freeze({
  admin: row('it may look into this node and change it', 'ultimate'),
  [CONNECT]: row('it may connect and is dialled', 'none'),
  'registry-query': row('it may ask and watch the registry that this node keeps', 'none'),
  'registry-sync': row('registries are kept equal with it', 'advanced'),
  'registry:rendezvous': row('it may register where it is met', 'none'),
  'registry:capability': row('it may register what it can do', 'peer'),
  'registry:relay-advert': row('it may register as a relay', 'peer')
})

/** Of all functions that this node knows by themselves. */
export const FUNCTION_NAMES: readonly string[] = Object.freeze([
  ...Object.keys(FUNCTIONS),
  ...Object.keys(OWN_FUNCTIONS)
])

/** What functions of a family have in common, by what their names begin with. */
export const FAMILIES: readonly (KnownFunction & { readonly prefix: string })[] = Object.freeze([
  { prefix: 'tunnel:', ...row('it may use this tunnel', 'nobody') },
  { prefix: 'registry:', ...row('it may register records of this kind', 'trusted') },
  { prefix: 'protocol:', ...row('it may open streams of this protocol', 'none') }
])

/** What nobody has described: a plugin's own. */
export const UNKNOWN_FUNCTION: KnownFunction = row('a function of a plugin', 'nobody')

function row(description: string, lowest: KnownFunction['lowest']): KnownFunction {
  return Object.freeze({ description, lowest })
}

/** What is said about a function when the config says nothing. */
export function describeFunction(trustFunction: string): KnownFunction {
  if (Object.hasOwn(FUNCTIONS, trustFunction)) return FUNCTIONS[trustFunction] ?? UNKNOWN_FUNCTION
  if (Object.hasOwn(OWN_FUNCTIONS, trustFunction)) return OWN_FUNCTIONS[trustFunction] ?? UNKNOWN_FUNCTION
  return FAMILIES.find(({ prefix }) => trustFunction.startsWith(prefix)) ?? UNKNOWN_FUNCTION
}
