import { RPC_FRAME_MAX_BYTES, RPC_WINDOW_BYTES } from '@waystone/wire/rpc'
import { RpcFrameInvalidError } from './errors.ts'

/** How many bytes of a call's body the other side still takes. */
export class SendWindow {
  #left = RPC_WINDOW_BYTES

  get left(): number {
    return this.#left
  }

  /** A call begins. */
  open(): void {
    this.#left = RPC_WINDOW_BYTES
  }

  /** Takes room for at most `most` bytes, and says for how many. */
  take(most: number): number {
    const taken = Math.min(most, this.#left)
    this.#left -= taken
    return taken
  }

  /**
   * The other side gives credit.
   *
   * @throws RpcFrameInvalidError when it is for nothing, or for more than was sent
   */
  add(bytes: number): void {
    if (bytes === 0 || bytes > RPC_WINDOW_BYTES - this.#left) {
      throw new RpcFrameInvalidError(`credit for ${bytes} bytes, which were not sent`)
    }
    this.#left += bytes
  }
}

/** How many bytes of a call's body the other side may still send. */
export class ReceiveWindow {
  #left = RPC_WINDOW_BYTES
  /** Taken by the consumer, and the other side was not told. */
  #owed = 0

  /** A call begins. */
  open(): void {
    this.#left = RPC_WINDOW_BYTES
    this.#owed = 0
  }

  /** @throws RpcFrameInvalidError when there are more bytes than were granted */
  receive(bytes: number): void {
    this.#left -= bytes
    if (this.#left < 0) throw new RpcFrameInvalidError('more bytes than the window allows')
  }

  /**
   * The consumer takes bytes. Returns for how many to give credit now: none in
   * the first half of the window, which holds any unary call, and at least a
   * frame, so that a slow consumer shows that it goes on.
   */
  consume(bytes: number): number {
    this.#owed += bytes
    if (this.#left > RPC_WINDOW_BYTES / 2 || this.#owed < RPC_FRAME_MAX_BYTES) return 0
    const credit = this.#owed
    this.#left += credit
    this.#owed = 0
    return credit
  }
}
