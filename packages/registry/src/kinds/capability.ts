import { CapabilitySchema } from '@waystone/wire/registry'
import { defineKind } from './define-kind.ts'
import { refuseAddresses, refuseTexts } from './payload-limits.ts'
import type { Capability } from '@waystone/wire/registry'

const ATTRIBUTE = /^[a-z][a-z0-9-]{0,31}$/
/** Of both sorts together. */
const MAX_ATTRIBUTES = 32

/** What a node can do for others. */
export const capability = defineKind({
  name: 'capability',
  message: CapabilitySchema,
  fields: {
    name: { type: 'text', isKey: true },
    version: { type: 'text', of: ({ version }) => version },
    slots: { type: 'number', of: ({ slots }) => slots },
    'busy-slots': { type: 'number', of: ({ busySlots }) => busySlots },
    'free-slots': { type: 'number', isIndexed: true, of: ({ slots, busySlots }) => Math.max(0, slots - busySlots) }
  },
  groups: {
    numbers: { type: 'number', of: ({ numbers }) => numbers },
    texts: { type: 'text', of: ({ texts }) => texts }
  },
  refuse(message, { key }) {
    if (message.name === '' || message.name !== key) return 'has another name than the key of its record'
    const { name, version, addresses, texts } = message
    return refuseAddresses(addresses) ?? refuseTexts({ ...texts, name, version }) ?? refuseAttributes(message)
  }
})

function refuseAttributes({ numbers, texts }: Capability): string | undefined {
  const names = [...Object.keys(numbers), ...Object.keys(texts)]
  if (names.length > MAX_ATTRIBUTES) return `has more than ${MAX_ATTRIBUTES} numbers and texts`
  if (names.every(name => ATTRIBUTE.test(name))) return undefined
  return 'has a number or text whose name is not 1-32 of a-z, 0-9 and -, beginning with a letter'
}
