import { toError } from '@waystone/kit/error-fields'
import { DnsaddrRecursionError } from '../errors.ts'
import { MAX_ADDRESSES, MAX_DNSADDR_DEPTH, MAX_DNSADDR_NAMES } from './constants.ts'
import { readSeed } from './read-seed.ts'
import { takeSome } from './take-some.ts'
import type { DnsQuestions } from './dns-questions.ts'
import type { FoundSeed } from './source.ts'

/** `dnsaddr=/dnsaddr/NAME`, perhaps with the one peer that is meant. */
const FURTHER = /^\/dnsaddr\/([^/]{1,253})(?:\/p2p\/([^/]+))?$/
const PREFIX = 'dnsaddr='

interface Walk {
  questions: DnsQuestions
  /** Names that were asked or are. */
  asked: Set<string>
}

interface Step {
  name: string
  /** The names that led here. */
  path: readonly string[]
}

/**
 * Addresses in the TXT records of `_dnsaddr.NAME`, and of the names that they
 * lead on to (https://github.com/multiformats/multiaddr/blob/master/protocols/DNSADDR.md).
 * Each name is asked once, however many lead to it. libp2p's own resolver
 * bounds the depth alone, so that two records a name are 2^32 questions.
 */
export async function resolveDnsaddr(name: string, questions: DnsQuestions): Promise<FoundSeed[]> {
  const seeds = await follow({ name: name.toLowerCase(), path: [] }, { questions, asked: new Set() })
  return takeSome(seeds, MAX_ADDRESSES, questions)
}

async function follow({ name, path }: Step, walk: Walk): Promise<FoundSeed[]> {
  if (isTooFar({ name, path }, walk)) return []
  walk.asked.add(name)
  const texts = await walk.questions.txt(`_dnsaddr.${name}`)
  const addresses = texts.filter(text => text.startsWith(PREFIX)).map(text => text.slice(PREFIX.length).trim())
  const found = await Promise.all(addresses.map(async text => read(text, { name, path }, walk)))
  return found.flat()
}

function isTooFar({ name, path }: Step, { asked, questions: { faults } }: Walk): boolean {
  const via = [...path, name].join(' -> ')
  if (path.includes(name)) faults.push(new DnsaddrRecursionError(`TXT records lead in a circle: ${via}`))
  else if (asked.has(name)) return true
  else if (path.length > MAX_DNSADDR_DEPTH) faults.push(new DnsaddrRecursionError(`TXT records lead too deep: ${via}`))
  else if (asked.size >= MAX_DNSADDR_NAMES)
    faults.push(new DnsaddrRecursionError(`TXT records lead to more than ${MAX_DNSADDR_NAMES} names`))
  else return false
  return true
}

async function read(text: string, { name, path }: Step, walk: Walk): Promise<FoundSeed[]> {
  const [, further, only] = FURTHER.exec(text) ?? []
  if (further !== undefined) {
    const seeds = await follow({ name: further.toLowerCase(), path: [...path, name] }, walk)
    return only === undefined ? seeds : seeds.filter(({ peer }) => peer?.toString() === only)
  }
  try {
    return [readSeed(text.startsWith('/') ? text : `/${text}`, 0)]
  } catch (error) {
    walk.questions.faults.push(toError(error))
    return []
  }
}
