import { createLibp2p } from 'libp2p'
import { describe, expect, it } from 'vitest'
import { LIBP2P_COMPONENTS, SERVICE_KEYS } from '@waystone/node/service-keys'
import { checkImport, findCycle } from './rooms.ts'
import { importedRooms, localImports, readSourceFiles } from './source-files.ts'

const files = readSourceFiles()

describe('imports', () => {
  it('finds the source files', () => {
    expect(files.length).toBeGreaterThan(50)
    expect(files.flatMap(importedRooms).length).toBeGreaterThan(50)
  })

  it('run one way through the rooms', () => {
    const wrong = files.flatMap(file =>
      importedRooms(file)
        .filter(to => to !== file.room)
        .flatMap(to => checkImport({ from: file.room, to, file: file.path }) ?? [])
    )
    expect(wrong).toEqual([])
  })

  it('reach other rooms by package name and never by path', () => {
    const wrong = files.filter(file => localImports(file).some(path => path.split('/')[1] !== file.room))
    expect(wrong.map(file => file.path)).toEqual([])
  })

  it('have no cycle', () => {
    expect(findCycle(new Map(files.map(file => [file.path, localImports(file)])))).toBeUndefined()
  })
})

describe('the import rules', () => {
  it.each([
    ['a service that imports another', 'relay-selection', 'seed-discovery'],
    ['kit that imports a service', 'kit', 'file-transfer'],
    ['node that imports a role', 'node', 'relay-node'],
    ['a product that imports testkit', 'cli', 'testkit'],
    ['a room nobody knows', 'node', 'attic']
  ])('refuse %s', (_what, from, to) => {
    expect(checkImport({ from, to, file: 'x.ts' })).toMatch(/x\.ts/)
  })

  it('allow a service to import kit', () => {
    expect(checkImport({ from: 'file-transfer', to: 'kit', file: 'x.ts' })).toBeUndefined()
  })

  it('find a cycle through three files', () => {
    const graph = new Map([
      ['a', ['b']],
      ['b', ['c']],
      ['c', ['a']]
    ])
    expect(findCycle(graph)).toEqual(['a', 'b', 'c', 'a'])
  })
})

describe('service keys', () => {
  it('never equal a component of libp2p, which the service would silently replace', () => {
    expect(Object.values(SERVICE_KEYS).filter(key => LIBP2P_COMPONENTS.includes(key))).toEqual([])
  })

  it('are checked against every component that libp2p really has', async () => {
    const components = await libp2pComponents()
    expect(components).toContain('registrar')
    expect(components.filter(key => key !== 'probe' && !LIBP2P_COMPONENTS.includes(key))).toEqual([])
  })
})

// libp2p gives each service one object that holds all its components under their keys
async function libp2pComponents(): Promise<string[]> {
  let keys: string[] = []
  const node = await createLibp2p({
    start: false,
    services: {
      probe: (components: object) => {
        if ('components' in components) keys = Object.keys(Object(components.components))
        return {}
      }
    }
  })
  await node.stop()
  return keys
}
