import { DnsaddrRecursionError } from '../errors.ts'
import { MAX_ADDRESSES, MAX_DNSADDR_DEPTH, MAX_DNSADDR_NAMES } from './constants.ts'
import { readUsable } from './read-seed.ts'
import { takeSome } from './take-some.ts'
import type { DnsQuestions } from './dns-questions.ts'
import type { FoundSeed } from './source.ts'

/** `dnsaddr=/dnsaddr/NAME`, perhaps with the one peer that is meant. */
const FURTHER = /^\/dnsaddr\/([^/]{1,253})(?:\/p2p\/([^/]+))?$/
const PREFIX = 'dnsaddr='

interface Link {
  name: string
  /** The one peer that is meant there; all if there is none. */
  only?: string | undefined
}

/** What the records of one name say. */
interface Page {
  seeds: FoundSeed[]
  links: Link[]
}

interface Walk {
  questions: DnsQuestions
  /** Of names that were asked or are. */
  pages: Map<string, Page>
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
  const pages = new Map<string, Page>()
  const first = { name: name.toLowerCase() }
  await follow({ ...first, path: [] }, { questions, pages })
  return takeSome(collect(first, pages, new Set()), MAX_ADDRESSES, questions)
}

async function follow({ name, path }: Step, walk: Walk): Promise<void> {
  if (isTooFar({ name, path }, walk)) return
  const page: Page = { seeds: [], links: [] }
  walk.pages.set(name, page)
  const texts = await walk.questions.txt(`_dnsaddr.${name}`)
  for (const text of texts) if (text.startsWith(PREFIX)) read(text.slice(PREFIX.length).trim(), page, walk)
  await Promise.all(page.links.map(async link => follow({ name: link.name, path: [...path, name] }, walk)))
}

function isTooFar({ name, path }: Step, { pages, questions: { faults } }: Walk): boolean {
  const via = [...path, name].join(' -> ')
  if (path.includes(name)) faults.push(new DnsaddrRecursionError(`TXT records lead in a circle: ${via}`))
  else if (pages.has(name)) return true
  else if (path.length > MAX_DNSADDR_DEPTH) faults.push(new DnsaddrRecursionError(`TXT records lead too deep: ${via}`))
  else if (pages.size >= MAX_DNSADDR_NAMES)
    faults.push(new DnsaddrRecursionError(`TXT records lead to more than ${MAX_DNSADDR_NAMES} names`))
  else return false
  return true
}

function read(text: string, { seeds, links }: Page, { questions }: Walk): void {
  const [, further, only] = FURTHER.exec(text) ?? []
  if (further !== undefined) links.push({ name: further.toLowerCase(), only })
  else seeds.push(...readUsable(text.startsWith('/') ? text : `/${text}`, 0, questions.faults))
}

/** What a link stands for. @param seen - links that were followed; a name may be meant once for each of its peers */
function collect({ name, only }: Link, pages: ReadonlyMap<string, Page>, seen: Set<string>): FoundSeed[] {
  const key = `${name} ${only ?? ''}`
  const page = pages.get(name)
  if (page === undefined || seen.has(key) || seen.size >= MAX_ADDRESSES) return []
  seen.add(key)
  const isMeant = (peer: string | undefined): boolean => only === undefined || peer === only
  const own = page.seeds.filter(({ peer }) => isMeant(peer?.toString()))
  const links = page.links.filter(link => link.only === undefined || isMeant(link.only))
  return [...own, ...links.flatMap(link => collect({ name: link.name, only: only ?? link.only }, pages, seen))]
}
