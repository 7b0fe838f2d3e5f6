import type { RegistryEnrollment, RegistryEntry } from '@waystone/interface'

export interface OwnEntriesInit {
  registry: () => RegistryEnrollment
  /** Something was taken back, and can be registered again. */
  onFree: () => void
  /** Something cannot be registered. */
  onFault: (error: unknown) => void
}

export interface Wanted {
  kind: string
  key: string
  payload: Uint8Array
}

interface Told {
  entry: RegistryEntry
  payload: Uint8Array
}

/** What this node has registered, made what is wanted. */
export class OwnEntries {
  readonly #init: OwnEntriesInit
  readonly #told = new Map<string, Told>()
  readonly #leaving = new Set<string>()

  constructor(init: OwnEntriesInit) {
    this.#init = init
  }

  /** Registers, changes and takes back. */
  become(all: readonly Wanted[]): void {
    const names = new Set(all.map(nameOf))
    for (const [name, { entry }] of this.#told) if (!names.has(name)) void this.#withdraw(name, entry)
    for (const wanted of all) this.#attempt(wanted)
  }

  /** The registry has taken everything back by itself. */
  clear(): void {
    this.#told.clear()
  }

  /** One that cannot be is no reason for the others not to be. */
  #attempt(wanted: Wanted): void {
    try {
      this.#put(wanted)
    } catch (error) {
      this.#init.onFault(error)
    }
  }

  #put(wanted: Wanted): void {
    const { kind, key, payload } = wanted
    const name = nameOf(wanted)
    // signed at the same time as its end, registries could take either for the newer one
    if (this.#leaving.has(name)) return
    const told = this.#told.get(name)
    if (told === undefined) {
      const entry = this.#init.registry().enroll(kind, payload, { key })
      this.#told.set(name, { entry, payload })
    } else if (!isSame(told.payload, payload)) {
      told.entry.update(payload)
      told.payload = payload
    }
  }

  async #withdraw(name: string, entry: RegistryEntry): Promise<void> {
    this.#told.delete(name)
    this.#leaving.add(name)
    // who cannot be told forgets it when its lifetime is over
    await entry.withdraw().catch(() => {})
    this.#leaving.delete(name)
    this.#init.onFree()
  }
}

function nameOf({ kind, key }: Wanted): string {
  return `${kind} ${key}`
}

function isSame(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, index) => byte === b[index])
}
