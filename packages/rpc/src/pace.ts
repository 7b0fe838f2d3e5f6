import { nextTurn } from '@waystone/kit'

/** Frames that are read or written in a row before others have their turn: about a millisecond of work. */
const FRAMES_IN_A_ROW = 64

/** Most frames have nothing to wait for, and promises alone never let the event loop go on. */
export class Pace {
  #row = 0

  /** After each frame. */
  async step(): Promise<void> {
    this.#row = (this.#row + 1) % FRAMES_IN_A_ROW
    if (this.#row === 0) await nextTurn()
  }
}
