import { describe, expect, it } from 'vitest'
import { addMembers, emptyTrustFile, membersOf, removeMember } from '../../src/cluster/trust-file.ts'

const NORTH = '12D3KooWDpJ7As7BWAwRMfu1VU2WCqNjvq387JEYKDBj4kx6nXTN'
const SOUTH = '12D3KooWEaF3YrCC5h8CDM85AvYrVUXqL5Ljua9AL2aYdC6D6oLp'
const ADDRESS = '/dns4/north.example.org/tcp/4001'

const empty = emptyTrustFile('garden')

describe('addMembers', () => {
  it('gives labels that are free, and keeps what is there', () => {
    const first = addMembers(empty, [{ peer: NORTH, label: 'seed-1' }])
    const second = addMembers(first.text, [{ peer: SOUTH }])
    expect(second.added).toMatchObject([{ peer: SOUTH, label: 'seed-2', remotesStrict: true }])
    expect(membersOf(second.text).map(({ label }) => label)).toEqual(['seed-1', 'seed-2'])
    expect(JSON.parse(second.text)).toMatchObject({
      description: 'The seeds of garden.',
      entities: [{ entity: 'garden' }]
    })
  })

  it('takes addresses, which bind nobody, with and without the peer id', () => {
    const { text } = addMembers(empty, [{ peer: NORTH, remotes: [`${ADDRESS}/p2p/${NORTH}`] }])
    expect(membersOf(text)).toMatchObject([{ remotes: [ADDRESS], remotesStrict: false }])
    const again = addMembers(text, [{ peer: NORTH, remotes: [`${ADDRESS}/p2p/${NORTH}`] }])
    expect([again.text, again.unchanged.length, again.added]).toEqual([text, 1, []])
    const more = addMembers(text, [{ peer: NORTH, remotes: ['/ip4/192.0.2.1/tcp/4001'] }])
    expect(more.changed).toMatchObject([{ peer: NORTH, remotes: [ADDRESS, '/ip4/192.0.2.1/tcp/4001'] }])
  })

  it('leaves what a person wrote', () => {
    const own = {
      description: 'mine',
      contact: ['mailto:ops@example.org'],
      entities: [
        { entity: 'a', nodes: [] },
        { entity: 'b', nodes: [{ node: 'x', pubkey: NORTH, contact: ['tel:1'] }] }
      ]
    }
    const { text } = addMembers(JSON.stringify(own), [{ peer: SOUTH, label: 'y' }])
    expect(JSON.parse(text)).toEqual({
      ...own,
      entities: [{ entity: 'a', nodes: [{ node: 'y', pubkey: SOUTH }] }, own.entities[1]]
    })
  })

  it.each([
    [
      'an address of somebody else',
      { peer: NORTH, remotes: [`${ADDRESS}/p2p/${SOUTH}`] },
      'TrustFileForeignRemoteError'
    ],
    ['what is no address', { peer: NORTH, remotes: ['north'] }, 'TrustFileRemoteError'],
    ['what is no peer', { peer: 'north' }, 'TrustFilePubkeyError'],
    ['a label of two lines', { peer: NORTH, label: 'a\nb' }, 'TrustFileFieldError']
  ])('refuses %s', (_what, member, name) => {
    expect(() => addMembers(empty, [member])).toThrow(expect.objectContaining({ name }))
  })

  it('refuses a file that is none', () => {
    expect(() => addMembers('{}', [{ peer: NORTH }])).toThrow(expect.objectContaining({ name: 'TrustFileFieldError' }))
  })

  it('adds to a file without entities', () => {
    const { text } = addMembers('{"description":"","contact":[],"entities":[]}', [{ peer: NORTH }])
    expect(membersOf(text)).toHaveLength(1)
  })
})

describe('removeMember', () => {
  const { text } = addMembers(empty, [
    { peer: NORTH, label: 'twin' },
    { peer: SOUTH, label: 'twin' }
  ])

  it('takes a peer id, or a label of one', () => {
    const one = removeMember(text, NORTH)
    expect(one.removed.peer).toBe(NORTH)
    expect(removeMember(one.text, 'twin').removed.peer).toBe(SOUTH)
  })

  it.each(['twin', 'nobody'])('refuses %s', who => {
    expect(() => removeMember(text, who)).toThrow(expect.objectContaining({ name: 'MemberUnknownError' }))
  })
})
