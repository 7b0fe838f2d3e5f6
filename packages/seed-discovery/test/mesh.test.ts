import { seededRandom } from '@waystone/kit/testing'
import { expect, it } from 'vitest'
import { chooseNodes } from '../src/choose-nodes.ts'
import type { TrustedNode } from '@waystone/interface'

const LETTERS = 'ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz123456789'

function members(count: number, seed: number): TrustedNode[] {
  const random = seededRandom(seed)
  return Array.from({ length: count }, () => {
    const end = Array.from({ length: 44 }, () => LETTERS[Math.floor(random.number() * LETTERS.length)]).join('')
    const id = `12D3KooW${end}`
    const peer: TrustedNode['peer'] = Object.create(null)
    return { id, label: id, level: 'advanced', addresses: [], strict: false, peer }
  })
}

/** Who is connected with whom when each holds whom it chooses. */
function mesh(nodes: readonly TrustedNode[]): Map<string, Set<string>> {
  const links = new Map(nodes.map(({ id }) => [id, new Set<string>()]))
  for (const { id } of nodes) {
    for (const { node } of chooseNodes({ both: nodes }, { self: id, first: new Set() })) {
      links.get(id)?.add(node.id)
      links.get(node.id)?.add(id)
    }
  }
  return links
}

function reached(links: ReadonlyMap<string, ReadonlySet<string>>, without: ReadonlySet<string>): number {
  const [start] = [...links.keys()].filter(id => !without.has(id))
  const [seen, queue] = [new Set([start]), [start]]
  for (let id = queue.pop(); id !== undefined; id = queue.pop()) {
    for (const next of links.get(id) ?? []) {
      if (seen.has(next) || without.has(next)) continue
      seen.add(next)
      queue.push(next)
    }
  }
  return seen.size
}

it.each([2, 10, 16, 17])('%i members are all connected with each other', count => {
  for (const own of mesh(members(count, count)).values()) expect(own.size).toBe(count - 1)
})

it.each([18, 24, 40, 100, 300])('%i members hang together, also when any third of them is down', count => {
  for (let seed = 1; seed <= 20; seed++) {
    const nodes = members(count, seed)
    const links = mesh(nodes)
    expect(reached(links, new Set())).toBe(count)
    const down = new Set(nodes.slice(0, Math.floor(count / 3)).map(({ id }) => id))
    expect(reached(links, down)).toBe(count - down.size)
  }
})
