import { createDeadline } from '@waystone/kit'
import { messageOf } from '@waystone/kit/error-fields'
import { CALL_MS } from './constants.ts'
import { noAnswer } from './queries.ts'
import type { AbortOptions, Logger, PeerId } from '@libp2p/interface'
import type { Clock } from '@waystone/interface'
import type { RegistryKinds } from '../contract.ts'
import type { AskedRegistry } from './contract.ts'
import type { KnownRegistry, Registries } from './registries.ts'

export interface KindListParts {
  registries: Pick<Registries, 'pick' | 'worked' | 'failed'>
  call: (peer: PeerId) => Pick<AskedRegistry, 'listKinds'>
  clock: Clock
  log: Logger
}

/**
 * The kinds of the first registry that answers.
 *
 * @throws NoRegistryError, RegistriesFailedError, ConnectError, and the reason of the signal
 */
export async function listKinds(parts: KindListParts, { signal }: AbortOptions): Promise<RegistryKinds> {
  const { registries, log } = parts
  const tried = new Set<string>()
  const failures: unknown[] = []
  for (;;) {
    const [registry] = registries.pick(1, { unwanted: tried })
    if (registry === undefined) throw noAnswer(failures)
    tried.add(registry.id)
    try {
      return await kindsOf(registry, parts, signal)
    } catch (error) {
      signal?.throwIfAborted()
      failures.push(error)
      registries.failed(registry, error)
      log('the registry of %p did not list its kinds: %s', registry.peer, messageOf(error))
    }
  }
}

async function kindsOf(
  registry: KnownRegistry,
  { call, registries, clock }: KindListParts,
  signal: AbortSignal | undefined
): Promise<RegistryKinds> {
  using deadline = createDeadline({ ms: CALL_MS, what: 'asking a registry', signal, clock })
  const { kinds } = await call(registry.peer).listKinds({}, { signal: deadline.signal })
  registries.worked(registry)
  return { kinds, asked: [registry.peer] }
}
