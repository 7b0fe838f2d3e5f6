import { systemClock } from '@waystone/kit'
import { formatBytes } from '../format.ts'
import { LiveView } from '../live-view.ts'
import { ProgressBar } from '../progress-bar.ts'
import type { FileTransfer, ReceivedFile, ReceiveProgress } from '@waystone/file-transfer'
import type { Clock } from '@waystone/interface'

/** How often progress is shown at most, in milliseconds. */
const SHOW_EVERY_MS = 100

export interface ReceiveReportInit {
  json?: boolean
  clock?: Clock
}

/** Tells what arrives: a line per transfer that is drawn again on a terminal, or JSON lines. */
export class ReceiveReport {
  readonly #json: boolean
  readonly #clock: Clock
  readonly #view = new LiveView(process.stderr)
  readonly #bars = new Map<string, ProgressBar>()
  #shownAt = -Infinity

  constructor({ json = false, clock = systemClock }: ReceiveReportInit) {
    this.#json = json
    this.#clock = clock
  }

  note(text: string): void {
    if (!this.#json) process.stderr.write(`note: ${text}\n`)
  }

  /** Says how others reach this receiver. */
  listening(peerId: string, addresses: string[]): void {
    if (this.#json) return this.#print({ event: 'listening', peerId, addresses })
    console.log(`receiving as ${peerId}`)
    for (const address of addresses) console.log(`  ${address}`)
    console.log(`send with: waystone send FILE ${addresses[0] ?? peerId}`)
  }

  /** Reports on every transfer; resolves when the first file is complete. */
  async follow(files: FileTransfer): Promise<void> {
    files.addEventListener('progress', event => this.#progress(event.detail))
    files.addEventListener('failed', ({ detail: { transferId, name, peer, error } }) => {
      this.#bars.delete(transferId)
      const message = error instanceof Error ? error.message : String(error)
      this.#tell(
        { event: 'failed', name, peer, error: message },
        `broken off: ${name} from ${peer.toString()}: ${message}`
      )
    })
    files.addEventListener('refused', ({ detail: { peer, reason, detail } }) => {
      this.#tell(
        { event: 'refused', peer, reason, detail },
        `refused a file from ${peer.toString()}: ${reason} ${detail}`
      )
    })
    await new Promise<void>(resolve => {
      files.addEventListener('received', event => {
        this.#received(event.detail)
        resolve()
      })
    })
  }

  #progress({ transferId, name, size, bytes, peer, route }: ReceiveProgress): void {
    const bar = this.#bars.get(transferId) ?? new ProgressBar({ total: size, clock: this.#clock })
    this.#bars.set(transferId, bar)
    bar.update(bytes)
    const now = this.#clock.monotonic()
    if (now - this.#shownAt < SHOW_EVERY_MS) return
    this.#shownAt = now
    if (this.#json) this.#print({ event: 'progress', name, peer, bytes, size, path: route.path })
    else if (this.#view.isTerminal) this.#view.show([bar.render(this.#view.width, `${name} ${route.path}`)])
  }

  #received({ transferId, peer, path, storedAs, size, sha256, route }: ReceivedFile): void {
    this.#bars.delete(transferId)
    this.#tell(
      { event: 'received', path, storedAs, size, sha256, peer, route: route.path },
      `received ${path}: ${formatBytes(size)} (${size} bytes), sha256 ${sha256}, from ${peer.toString()}, path ${route.path}`
    )
  }

  #tell(event: object, text: string): void {
    if (this.#json) this.#print(event)
    else console.log(text)
  }

  #print(event: object): void {
    process.stdout.write(`${JSON.stringify(event)}\n`)
  }
}
