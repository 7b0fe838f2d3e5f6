import { generateKeyPairFromSeed } from '@libp2p/crypto/keys'
import { prefixLogger } from '@libp2p/logger'
import { seededRandom } from '@waystone/kit/testing'
import { createNode } from '@waystone/node'
import { loadConfig } from '@waystone/node/config'
import { MemoryDatastore } from 'datastore-core/memory'
import { KEY_SEED_BYTES } from './constants.ts'
import { NodeStartFailedError } from './errors.ts'
import { pluginsFor } from './plugins.ts'
import { settingsOf } from './settings.ts'
import type { AbortOptions } from '@libp2p/interface'
import type { Random } from '@waystone/interface'
import type { WaystoneNode } from '@waystone/node'
import type { TestnetInit } from './contract.ts'
import type { PlannedNode } from './plan.ts'

export interface MemberInit {
  planned: PlannedNode
  testnet: TestnetInit
  dataDir: string
  randomSeed: number
}

/** The others that a node is told of, as dialable addresses. */
export interface Acquaintances {
  seeds: string[]
  relays: string[]
}

/** A place in the testnet: what stays the same while the nodes in it are replaced. */
export class Member {
  readonly planned: PlannedNode
  readonly #init: MemberInit
  readonly #datastore = new MemoryDatastore()
  // goes on over replacements: a node that drew the same numbers again would reuse its transfer ids
  readonly #random: Random
  readonly #keySeed: Uint8Array
  #node: WaystoneNode | undefined
  #addresses: string[] = []

  constructor(init: MemberInit) {
    this.planned = init.planned
    this.#init = init
    this.#random = seededRandom(init.randomSeed)
    this.#keySeed = this.#random.bytes(KEY_SEED_BYTES)
  }

  /** The node that is in this place now; undefined before the first start. */
  get node(): WaystoneNode | undefined {
    return this.#node
  }

  /** Where it was reached directly when it last started, each ending in the peer id. */
  get addresses(): string[] {
    return this.#addresses
  }

  /** @throws NodeStartFailedError, or the reason of the signal */
  async start(others: Acquaintances, options: AbortOptions = {}): Promise<WaystoneNode> {
    try {
      this.#node = await this.#create(others)
      await this.#node.start(options)
    } catch (cause) {
      options.signal?.throwIfAborted()
      throw startFailure(this.planned.name, cause)
    }
    this.#addresses = this.#node.libp2p
      .getMultiaddrs()
      .map(String)
      .filter(address => !address.includes('/p2p-circuit'))
    return this.#node
  }

  async #create(others: Acquaintances): Promise<WaystoneNode> {
    const { planned, testnet, dataDir } = this.#init
    const { name, role } = planned
    const { logger = prefixLogger } = testnet
    const listened = this.#addresses.map(address => address.replace(/\/p2p\/[^/]+$/, ''))
    const flags = settingsOf({ planned, testnet, listened, dataDir, ...others })
    const { config } = await loadConfig({ preset: 'dev', role, flags })
    return await createNode({
      config,
      plugins: pluginsFor(role, testnet),
      privateKey: await generateKeyPairFromSeed('Ed25519', this.#keySeed),
      datastore: this.#datastore,
      logger: logger(name),
      metrics: false,
      admin: false,
      random: this.#random,
      ...(testnet.clock && { clock: testnet.clock })
    })
  }
}

function startFailure(name: string, cause: unknown): NodeStartFailedError {
  const reason = cause instanceof Error ? cause.message : String(cause)
  const hint = cause instanceof Error && 'hint' in cause && typeof cause.hint === 'string' ? { hint: cause.hint } : {}
  return new NodeStartFailedError(`${name} did not start: ${reason}`, { cause, ...hint })
}
