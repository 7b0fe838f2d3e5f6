import { PLUGIN_COMPONENTS } from '@waystone/plugin'
import { PluginComponentRefusedError } from './errors.ts'
import { guardedEvents } from './guarded-events.ts'
import type { PluginComponents } from '@waystone/plugin'
import type { ScopeInit } from './scope-init.ts'

/** Why a plugin does not get them, however often it asks. */
const REFUSALS: Readonly<Record<string, string>> = {
  privateKey: 'whoever holds it can pose as this node',
  datastore: 'its own part of it is scope.datastore',
  logger: 'its log is scope.log',
  metrics: 'its metrics are scope.metrics',
  registrar: 'it handles and watches protocols with scope.protocols, which are withdrawn when it stops',
  upgrader: 'connections are secured by the node alone',
  connectionGater: 'who may connect is decided by the node',
  connectionProtector: 'connections are secured by the node alone'
}

/**
 * The components that the plugin named. Reading any other one throws.
 *
 * @throws PluginComponentRefusedError
 */
export function scopedComponents(init: ScopeInit): PluginComponents {
  const { name, wanted, components } = init
  for (const key of wanted) assertOffered(name, key)
  const events = guardedEvents(init)
  return new Proxy<PluginComponents>(components, {
    get(target, key): unknown {
      // a promise that is resolved with it asks for `then`
      if (typeof key === 'symbol' || key === 'then') return undefined
      if (!wanted.includes(key)) throw notNamed(name, key)
      return key === 'events' ? events : Reflect.get(target, key)
    },
    has: (_target, key) => wanted.includes(String(key)),
    ownKeys: () => [...wanted],
    getOwnPropertyDescriptor: (_target, key) =>
      wanted.includes(String(key)) ? { configurable: true, enumerable: true, writable: false } : undefined,
    set: () => false,
    defineProperty: () => false,
    deleteProperty: () => false
  })
}

function assertOffered(name: string, key: string): void {
  if (PLUGIN_COMPONENTS.some(offered => offered === key)) return
  const reason = Object.hasOwn(REFUSALS, key) ? REFUSALS[key] : `libp2p has no part of that name for plugins`
  throw new PluginComponentRefusedError(`the plugin ${name} may not have the component ${key}: ${reason}`, {
    hint: `it can name ${PLUGIN_COMPONENTS.join(', ')}`
  })
}

function notNamed(name: string, key: string): PluginComponentRefusedError {
  return new PluginComponentRefusedError(`the plugin ${name} uses the component ${key}, which it did not name`, {
    hint: `components: ['${key}'] in definePlugin`
  })
}
