import { z } from 'zod'
import { size } from './units.ts'

const text = z.string().min(1).max(128)

const capability = z.strictObject({
  name: text.describe('such as reconstruction/v2'),
  version: z.string().max(64).optional().describe('of what does it'),
  numbers: z
    .record(z.string().regex(/^[a-z][a-z0-9-]{0,31}$/), z.number())
    .optional()
    .describe('such as gpu-memory: 24'),
  texts: z
    .record(z.string().regex(/^[a-z][a-z0-9-]{0,31}$/), text)
    .optional()
    .describe('such as gpu: rtx-4090'),
  slots: z.int().min(0).optional().describe('work that it takes at one time')
})

/** Signed, expiring records that others can ask for. */
export const registry = z.strictObject({
  serve: z.boolean().describe('keep a registry, and answer for it'),
  maxRecords: z.int().min(1).describe('records of everybody together; more are refused'),
  maxBytes: size.describe('payloads of everybody together'),
  maxRecordsPerPeer: z.int().min(1).describe('records of one peer'),
  maxRecordsPerNetwork: z.int().min(1).describe('records registered from one IPv4 /24 or IPv6 /48'),
  region: z.string().max(64).optional().describe('where this node is, in your words; in its relay advert'),
  advertiseRelay: z.boolean().describe('register this node as a relay, if it is one'),
  capabilities: z.array(capability).describe('what this node can do for others'),
  rendezvous: z.array(text).describe('namespaces under which peers of the same kind find this node')
})
