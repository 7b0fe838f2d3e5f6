import { nextTurn } from '@waystone/kit'
import { LINES_A_TURN, MAX_LIST_LINES } from './constants.ts'
import { RuleListInvalidError, RuleListTooLargeError } from './errors.ts'
import { parseNetwork } from './ip.ts'
import { NetworkSet } from './network-set.ts'
import type { AbortOptions } from '@libp2p/interface'

/** Of an unreadable line, so much is shown. */
const SHOWN_LENGTH = 60

export interface ParsedList {
  readonly networks: NetworkSet
  /** Lines that could not be read and were passed over. */
  readonly faults: number
}

export interface ParseListOptions extends AbortOptions {
  /** Part of the lines with something on them that may be unreadable. Default none. */
  tolerated?: number
}

/**
 * Reads a list as the public deny lists have it: one IP or network on each
 * line, comments after `#` or `;`. Others have their turn in between.
 *
 * @throws RuleListInvalidError, RuleListTooLargeError
 */
export async function parseList(text: string, { tolerated = 0, signal }: ParseListOptions = {}): Promise<ParsedList> {
  const networks = new NetworkSet()
  const faults: string[] = []
  let entries = 0
  for (const [number, line] of linesOf(text)) {
    if (number % LINES_A_TURN === 0) await turn(signal)
    const entry = withoutComment(line)
    if (entry === '') continue
    entries++
    const network = parseNetwork(entry)
    if (network === undefined)
      faults.push(`line ${number} is no IP or network: ${JSON.stringify(entry.slice(0, SHOWN_LENGTH))}`)
    else networks.add(network)
  }
  if (faults.length > entries * tolerated) throw new RuleListInvalidError(faults[0] ?? '')
  return { networks, faults: faults.length }
}

async function turn(signal: AbortSignal | undefined): Promise<void> {
  await nextTurn()
  signal?.throwIfAborted()
}

function* linesOf(text: string): Generator<[number: number, line: string]> {
  let number = 0
  for (let start = 0; start < text.length;) {
    if (++number > MAX_LIST_LINES) throw new RuleListTooLargeError(`the list has more than ${MAX_LIST_LINES} lines`)
    const end = text.indexOf('\n', start)
    yield [number, text.slice(start, end === -1 ? undefined : end)]
    start = end === -1 ? text.length : end + 1
  }
}

function withoutComment(line: string): string {
  const end = line.search(/[#;]/)
  return (end === -1 ? line : line.slice(0, end)).trim()
}
