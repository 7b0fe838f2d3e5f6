import { MAX_TOKEN_CHARACTERS } from './constants.ts'
import { RegistryCursorError } from './errors.ts'

/** A place in the list, or the changes, of one registry: no other understands it. */
export interface PlacedAt {
  /** Peer id; empty for the registry of this node. */
  registry: string
  token: string
}

const FORM = /^([1-9A-HJ-NP-Za-km-z]{0,64})\.([\x20-\x7e]*)$/

export function writePlace({ registry, token }: PlacedAt): string {
  return token === '' ? '' : `${registry}.${token}`
}

/** @throws RegistryCursorError */
export function readPlace(text: string): PlacedAt | undefined {
  if (text === '') return undefined
  const [, registry, token] = text.length > 2 * MAX_TOKEN_CHARACTERS ? [] : (FORM.exec(text) ?? [])
  if (registry !== undefined && token !== undefined) return { registry, token }
  throw new RegistryCursorError('this is no place to go on from', { hint: 'begin anew' })
}
