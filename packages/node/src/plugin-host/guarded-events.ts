import type { Libp2pEvents } from '@libp2p/interface'
import type { PluginNodeEvents } from '@waystone/plugin'
import type { ScopeInit } from './scope-init.ts'

interface Registration {
  type: string
  listener: unknown
  remove: () => void
}

/** The node's events. An exception in a listener would end the process otherwise, and the listeners go with the plugin. */
export function guardedEvents({ components: { events }, faults, signal }: ScopeInit): PluginNodeEvents {
  const all = new Set<Registration>()
  const find = (type: string, listener: unknown): Registration | undefined =>
    [...all].find(one => one.type === type && one.listener === listener)
  return Object.freeze<PluginNodeEvents>({
    addEventListener<K extends keyof Libp2pEvents>(type: K, listener: (event: Libp2pEvents[K]) => unknown): void {
      if (signal.aborted || find(type, listener) !== undefined) return
      const guard = faults.contain(`a listener of ${type}`, listener)
      events.addEventListener(type, guard, { signal })
      all.add({ type, listener, remove: () => events.removeEventListener(type, guard) })
    },
    removeEventListener<K extends keyof Libp2pEvents>(type: K, listener: (event: Libp2pEvents[K]) => unknown): void {
      const found = find(type, listener)
      if (found === undefined) return
      all.delete(found)
      found.remove()
    }
  })
}
