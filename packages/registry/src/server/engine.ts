import { callerOf } from './caller.ts'
import { RegistryService } from '@waystone/wire/registry'
import { kindSet } from '../kinds/kinds.ts'
import { checkSignatureInThreads } from '../record/node-signature.ts'
import { sha256InNode } from '../record/node-hash.ts'
import { createVerify } from '../record/verify.ts'
import { SqlRegistryStore } from '../store/store.ts'
import { RegistryHandlers } from './handlers.ts'
import { Rates } from './rates.ts'
import { ResumeTokens } from './resume.ts'
import { SharedPuts } from './shared-puts.ts'
import type { Logger } from '@libp2p/interface'
import type { Clock, Random } from '@waystone/interface'
import type { LateService } from '@waystone/rpc'
import type { OpenRegistry } from '../contract.ts'
import type { KindSet } from '../kinds/contract.ts'
import type { Verify } from '../record/verify.ts'
import type { RegistryServerComponents, RegistryServerInit } from './contract.ts'
import type { HandlerParts } from './handlers.ts'
import type { ServerCounts } from './metrics.ts'

export interface ServerEngineInit extends Pick<RegistryServerInit, 'trust' | 'limits' | 'kinds' | 'path'> {
  cursors: RegistryServerComponents['rpc']['cursors']
  counts: ServerCounts
  clock: Clock
  random: Random
  log: Logger
}

/** What is loaded when the registry is needed: SQLite, protobuf and Connect come with it. */
export class ServerEngine implements OpenRegistry {
  readonly store: SqlRegistryStore
  readonly verify: Verify
  readonly rates: Rates
  readonly #parts: Omit<HandlerParts, 'callerOf'>

  /** Opens the file; where that fails, a registry in memory. */
  static async open(init: ServerEngineInit): Promise<ServerEngine> {
    const kinds = kindSet(init.kinds)
    return new ServerEngine(init, kinds, await openStore(init, kinds))
  }

  private constructor(
    { trust, cursors, counts, clock, random }: ServerEngineInit,
    kinds: KindSet,
    store: SqlRegistryStore
  ) {
    this.store = store
    this.verify = createVerify({ kinds, clock, check: checkSignatureInThreads, sha256: sha256InNode })
    this.rates = new Rates(clock)
    const tokens = new ResumeTokens(random)
    const { verify, rates } = this
    this.#parts = { store, puts: new SharedPuts(store), verify, trust, cursors, tokens, counts, clock, rates }
  }

  service(): LateService<typeof RegistryService> {
    return { service: RegistryService, implementation: new RegistryHandlers({ ...this.#parts, callerOf }) }
  }

  close(): void {
    this.store.close()
  }
}

async function openStore(init: ServerEngineInit, kinds: KindSet): Promise<SqlRegistryStore> {
  const { path = IN_MEMORY, limits, clock, log } = init
  const onFault = (error: unknown): void => log.error('the registry - %e', error)
  const store = new SqlRegistryStore({ path, kinds, limits, clock, onFault })
  try {
    await store.openInSteps()
    return store
  } catch (error) {
    store.close()
    if (path === IN_MEMORY) throw error
    log.error('the registry is kept in memory, as its file cannot be used - %e', error)
    return await openStore({ ...init, path: IN_MEMORY }, kinds)
  }
}

const IN_MEMORY = ':memory:'
