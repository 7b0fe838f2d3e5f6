import { TokenBucket } from '@waystone/kit'
import { EVENTS_AT_ONCE, EVENTS_PER_SECOND } from './constants.ts'
import type { AdminEvents } from '@waystone/interface'
import type { ScopeInit } from './scope-init.ts'

/** Events in the name of the plugin. Those of a flood are left out: each would be written out for every watcher. */
export function scopedEvents({ name, events, clock }: Pick<ScopeInit, 'name' | 'events' | 'clock'>): AdminEvents {
  const allowed = new TokenBucket({ refillPerSecond: EVENTS_PER_SECOND, capacity: EVENTS_AT_ONCE, clock })
  let leftOut = 0
  return Object.freeze<AdminEvents>({
    emit(kind, detail) {
      if (!allowed.take()) {
        leftOut++
        return
      }
      if (leftOut > 0) events.emit('plugin:flood', { name, leftOut })
      leftOut = 0
      events.emit(`plugin:${name}:${kind}`, detail)
    }
  })
}
