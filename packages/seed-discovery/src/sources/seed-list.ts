import { SeedListInvalidError } from '../errors.ts'

/**
 * The addresses in a list: JSON `{"seeds": [...]}`, or one on each line, where `#` begins a comment.
 *
 * @throws SeedListInvalidError
 */
export function readSeedList(text: string): string[] {
  const trimmed = text.trim()
  if (trimmed.startsWith('{')) return readJson(trimmed)
  const lines = trimmed.split(/\r?\n/).map(line => line.replace(/#.*/, '').trim())
  return lines.filter(line => line !== '')
}

function readJson(text: string): string[] {
  const seeds = fieldOf(text)
  if (!Array.isArray(seeds)) throw invalid('it has no list "seeds"')
  const texts = seeds.filter(seed => typeof seed === 'string')
  if (texts.length < seeds.length) throw invalid('an address is no text')
  return texts
}

function fieldOf(text: string): unknown {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null && 'seeds' in value ? value.seeds : undefined
  } catch (cause) {
    throw invalid('it is no JSON', cause)
  }
}

function invalid(why: string, cause?: unknown): SeedListInvalidError {
  const hint = 'write {"seeds": ["/ip4/192.0.2.1/tcp/4001"]}, or one address on each line'
  return new SeedListInvalidError(`a list of seeds cannot be read: ${why}`, { hint, cause })
}
