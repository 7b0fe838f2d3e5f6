import { MAX_LOOKUPS } from './constants.ts'

/** As `lookup` of `node:dns/promises`. */
export type Lookup = (name: string, options: { family: 4 | 6; all: true }) => Promise<{ address: string }[]>

/**
 * The machine's own look-ups, which know its hosts file. They cannot be ended, and two of a process run at one time:
 * a name that leads to many others whose name servers are silent would hold up all that this process looks up.
 */
export class MachineLookups {
  readonly #lookup: Lookup
  #waiting = 0

  constructor(lookup: Lookup) {
    this.#lookup = lookup
  }

  /** The IPs of a name; nothing if too many others wait. */
  begin(name: string, family: 4 | 6): Promise<string[]> | undefined {
    return this.#waiting < MAX_LOOKUPS ? this.#wait(name, family) : undefined
  }

  async #wait(name: string, family: 4 | 6): Promise<string[]> {
    this.#waiting++
    try {
      const found = await this.#lookup(name, { family, all: true })
      return found.map(({ address }) => address)
    } finally {
      this.#waiting--
    }
  }
}
