import type { AdminEvent } from '../../events/event-log.ts'
import type { AdminCalls, AdminContext } from './contract.ts'

/** Characters of JSON that one event may bring; a plugin may put anything into its own. */
const MAX_DETAIL = 16_384

/** Characters of the kind of an event that are told, for the same reason. */
const MAX_KIND = 256

/** `WatchEvents` */
export function eventCalls({ events, clock }: AdminContext): AdminCalls {
  return {
    async *watchEvents({ kinds }, { signal }) {
      using watch = events.watch(kinds)
      // the caller learns that nothing is missed from here on, and HTTP sends its headers
      yield { atMs: BigInt(Math.round(clock.now())), kind: 'watch:open', detail: '{}' }
      for await (const { item, dropped } of watch.read(signal)) {
        const { atMs, kind } = item
        yield {
          atMs: BigInt(Math.round(atMs)),
          kind: kind.slice(0, MAX_KIND),
          detail: detailOf(item),
          dropped: BigInt(dropped)
        }
      }
    }
  }
}

/** The detail of an event as a JSON object, whatever is in it. */
export function detailOf({ detail }: Pick<AdminEvent, 'detail'>): string {
  try {
    const text = JSON.stringify(detail, (_key, value: unknown) =>
      typeof value === 'bigint' ? value.toString() : value
    )
    return text.length <= MAX_DETAIL ? text : JSON.stringify({ leftOut: `${text.length} characters` })
  } catch {
    return JSON.stringify({ leftOut: 'it cannot be written as JSON' })
  }
}
