import { NameExposedError } from './errors.ts'
import type { SocketAddress } from './address.ts'
import type { TunnelGroup } from './tunnel-group.ts'

export interface ExposedTarget {
  address: SocketAddress
  group: TunnelGroup
  /** Takes it back and resets its tunnels; safe to call again. */
  end(): Promise<void>
}

/** What is exposed, by name. */
export class Exposures {
  readonly #byName = new Map<string, ExposedTarget>()

  get all(): ExposedTarget[] {
    return [...this.#byName.values()]
  }

  find(name: string): ExposedTarget | undefined {
    return this.#byName.get(name)
  }

  /** @throws NameExposedError */
  add(name: string, target: ExposedTarget): void {
    if (this.#byName.has(name)) throw new NameExposedError(name)
    this.#byName.set(name, target)
  }

  /** Leaves alone what was exposed under the same name since. */
  remove(name: string, group: TunnelGroup): void {
    if (this.#byName.get(name)?.group === group) this.#byName.delete(name)
  }
}
