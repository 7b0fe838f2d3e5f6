import { PluginStoppedError } from './errors.ts'

type Undo = () => void | Promise<void>

/** What a plugin set up in its node and has to be undone when it stops. */
export class Withdrawals {
  readonly #name: string
  readonly #onFailure: (error: unknown) => void
  readonly #undos = new Set<Undo>()
  #closed = false

  constructor(name: string, onFailure: (error: unknown) => void) {
    this.#name = name
    this.#onFailure = onFailure
  }

  /** @throws PluginStoppedError */
  assertOpen(): void {
    if (this.#closed) throw new PluginStoppedError(`the plugin ${this.#name} has stopped`)
  }

  /**
   * Remembers how to undo what was just done.
   *
   * @returns undoes it earlier
   * @throws PluginStoppedError - it was stopped meanwhile; this is undone already
   */
  async add(undo: Undo): Promise<() => Promise<void>> {
    if (this.#closed) await undo()
    this.assertOpen()
    this.#undos.add(undo)
    return async () => {
      if (this.#undos.delete(undo)) await undo()
    }
  }

  /** Undoes everything, the latest first; what fails is told and the rest goes on. */
  async close(): Promise<void> {
    this.#closed = true
    const undos = [...this.#undos].toReversed()
    this.#undos.clear()
    for (const undo of undos) {
      try {
        await undo()
      } catch (error) {
        this.#onFailure(error)
      }
    }
  }
}
