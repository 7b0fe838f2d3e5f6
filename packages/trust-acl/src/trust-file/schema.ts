import { z } from 'zod'
import {
  MAX_ADDRESS_LENGTH,
  MAX_CONTACTS,
  MAX_DESCRIPTION_LENGTH,
  MAX_ENTITIES,
  MAX_LABEL_LENGTH,
  MAX_PUBKEY_LENGTH,
  MAX_REMOTES,
  MAX_TRUST_FILE_NODES
} from './constants.ts'

const label = z
  .string()
  .min(1)
  .max(MAX_LABEL_LENGTH)
  // oxlint-disable-next-line no-control-regex
  .regex(/^[^\u0000-\u001f\u007f-\u009f]*$/, 'must be one line without control characters')
const uri = z
  .string()
  .max(MAX_ADDRESS_LENGTH)
  .regex(/^[A-Za-z][A-Za-z0-9+.-]*:\S+$/, 'must be a URI such as mailto:ops@example.org')
const contact = z.array(uri).max(MAX_CONTACTS)

const node = z.strictObject({
  node: label.default('node').describe('label of the node'),
  pubkey: z.string().min(1).max(MAX_PUBKEY_LENGTH).describe('peer id of the node, such as 12D3KooW… or k51…'),
  contact: contact.default([]).describe('URIs of the people behind it'),
  remotes: z
    .array(z.string().min(1).max(MAX_ADDRESS_LENGTH))
    .max(MAX_REMOTES)
    .default([])
    .describe('where it is: multiaddrs such as /dns4/seed.example.org/tcp/4001'),
  'remotes-strict': z.boolean().default(true).describe('whether it is to be reached at no other address')
})

const entity = z.strictObject({
  entity: label.default('default').describe('name of the person, project or organisation'),
  nodes: z.array(node).max(MAX_TRUST_FILE_NODES).describe('its nodes')
})

/** The fields of a trust file, before keys and addresses are looked at. */
export const trustFileSchema = z.strictObject({
  description: z.string().max(MAX_DESCRIPTION_LENGTH).describe('what the list is for'),
  contact: contact.describe('URIs of who publishes it'),
  entities: z.array(entity).max(MAX_ENTITIES).describe('persons, projects and the like')
})

/** What each kind of object may have, by how many steps the object is away from the root. */
export const knownKeys: ReadonlyMap<number, readonly string[]> = new Map([
  [0, Object.keys(trustFileSchema.shape)],
  [2, Object.keys(entity.shape)],
  [4, Object.keys(node.shape)]
])

export type RawTrustFile = z.output<typeof trustFileSchema>
export type RawTrustFileNode = RawTrustFile['entities'][number]['nodes'][number]
