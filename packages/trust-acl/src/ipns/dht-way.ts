import { messageOf } from '@waystone/kit/error-fields'
import { DHT_DEADLINE_MS } from './constants.ts'
import { IpnsNotFoundError } from './errors.ts'
import type { ContentRouting, RoutingOptions } from '@libp2p/interface'
import type { IpnsName } from './name.ts'
import type { FindingWay, FindOptions, GivingWay } from './ways.ts'

type Progress = Parameters<NonNullable<RoutingOptions['onProgress']>>[0]

/** Through the content routing of libp2p: the network's own DHT. */
export class DhtWay implements FindingWay, GivingWay {
  readonly via = 'dht'
  readonly deadlineMs = DHT_DEADLINE_MS
  readonly #routing: Pick<ContentRouting, 'get' | 'put'>

  constructor(routing: Pick<ContentRouting, 'get' | 'put'>) {
    this.#routing = routing
  }

  /**
   * Takes every value that a peer of the DHT has, as it comes. kad-dht 16
   * chooses only at the end, when the slowest peer has answered, and fails if a
   * peer with an old record refuses to be corrected: then one bad peer would
   * keep the record from us.
   */
  async find({ routingKey }: IpnsName, { signal, found }: FindOptions): Promise<void> {
    let any = false
    const take = (value: Uint8Array): void => {
      any = true
      found(value)
    }
    const onProgress = (event: Progress): void => {
      const value = valueOf(event)
      if (value !== undefined) take(value)
    }
    try {
      take(await this.#routing.get(routingKey, { signal, onProgress }))
    } catch (error) {
      if (!any) throw reasonOf(error)
    }
  }

  async give({ routingKey }: IpnsName, record: Uint8Array, { signal }: { signal: AbortSignal }): Promise<number> {
    let takers = 0
    const onProgress = (event: Progress): void => {
      if (isStored(event)) takers++
    }
    // one that times out at last may have been stored by others before
    const failure = await this.#routing.put(routingKey, record, { signal, onProgress }).then(
      () => undefined,
      (error: unknown) => ({ error })
    )
    if (takers > 0) return takers
    throw failure?.error ?? new IpnsNotFoundError('no peer of the DHT took the record')
  }
}

/** libp2p collects the errors of all its routers, and says nothing of what they are. */
function reasonOf(error: unknown): unknown {
  if (!(error instanceof AggregateError)) return error
  const reasons = new Set(error.errors.map(messageOf))
  return reasons.size === 1 ? error.errors[0] : new IpnsNotFoundError([...reasons].join('; '), { cause: error })
}

function valueOf({ type, detail }: Progress): Uint8Array | undefined {
  if (type !== 'kad-dht:query:value' || typeof detail !== 'object' || detail === null) return undefined
  return 'value' in detail && detail.value instanceof Uint8Array ? detail.value : undefined
}

/** A peer says that it stored a value by sending it back. */
function isStored({ type, detail }: Progress): boolean {
  if (type !== 'kad-dht:query:peer-response' || typeof detail !== 'object' || detail === null) return false
  return 'messageName' in detail && detail.messageName === 'PUT_VALUE' && 'record' in detail && detail.record != null
}
