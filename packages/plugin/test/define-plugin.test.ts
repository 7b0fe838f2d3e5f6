import { expect, expectTypeOf, it } from 'vitest'
import { z } from 'zod'
import { definePlugin, PLUGIN_API_VERSION, pluginSymbol } from '../src/index.ts'
import type { PeerStore } from '@libp2p/interface'

const config = z.strictObject({ greeting: z.string().default('hello') })

it('marks what it made and says which API it is for', () => {
  const plugin = definePlugin({ name: 'hello', config, create: () => {} })
  expect(plugin).toMatchObject({ [pluginSymbol]: true, name: 'hello', apiVersion: PLUGIN_API_VERSION, components: [] })
  expect(Object.isFrozen(plugin)).toBe(true)
})

it('gives create the config that the schema makes, and only the components that are named', () => {
  const plugin = definePlugin({
    name: 'hello',
    config,
    components: ['peerStore'],
    create(scope) {
      expectTypeOf(scope.config).toEqualTypeOf<{ greeting: string }>()
      expectTypeOf(scope.components).toEqualTypeOf<{ readonly peerStore: PeerStore }>()
    }
  })
  expect(plugin.components).toEqual(['peerStore'])
  // @ts-expect-error - no plugin gets the private key
  definePlugin({ name: 'hello', config, components: ['privateKey'], create: () => {} })
})

it.each(['', 'Hello', '1st', 'a_b', 'a/b', '../x', 'a'.repeat(33), undefined])('refuses the name %j', name => {
  expect(() => definePlugin({ name: name as string, config, create: () => {} })).toThrow(
    expect.objectContaining({ name: 'PluginInvalidError' })
  )
})

it.each([
  ['a version that is no whole number', { apiVersion: 1.5 }],
  ['a config that is no schema', { config: {} }],
  ['no config', { config: undefined }],
  ['no create', { create: undefined }]
])('refuses %s', (_what, change) => {
  const definition = { name: 'hello', config, create: () => {}, ...change }
  expect(() => definePlugin(definition as never)).toThrow(expect.objectContaining({ name: 'PluginInvalidError' }))
})
