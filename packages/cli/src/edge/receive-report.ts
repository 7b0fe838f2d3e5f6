import { messageOf } from '@waystone/kit/error-fields'
import { formatBytes } from '../format.ts'
import { ProgressBar } from '../progress-bar.ts'
import { ReportOutput } from './report-output.ts'
import { addressLines, wayTo } from './way-to.ts'
import type { FileTransfer } from '@waystone/file-transfer'
import type { ReportInit } from './report-output.ts'

export interface Listening {
  peerId: string
  addresses: string[]
  /** Where others may look the peer id up. */
  seeds: string[]
}

/** What is told of a file that comes in, whether this process or a running node takes it. */
interface Incoming {
  transferId: string
  peer: { toString(): string }
  size: number
  route: { path: string }
}

interface Arriving extends Incoming {
  name: string
  bytes: number
}

interface Arrived extends Incoming {
  path: string
  storedAs: string
  /** In hex. */
  sha256: string
}

interface BrokenOff extends Pick<Incoming, 'transferId' | 'peer'> {
  name: string
  error: unknown
}

interface Refused extends Pick<Incoming, 'peer'> {
  reason: string
  detail: string
}

/** Tells what arrives, from whom and over which path. */
export class ReceiveReport {
  readonly #output: ReportOutput
  readonly #bars = new Map<string, ProgressBar>()

  constructor(init: ReportInit) {
    this.#output = new ReportOutput(init)
  }

  note(text: string): void {
    this.#output.note(text)
  }

  /** Says how others reach this receiver. */
  listening({ peerId, addresses, seeds }: Listening): void {
    const { peer, flags } = wayTo({ peer: peerId, addresses, seeds })
    const hint = `send with: waystone send FILE ${peer}${flags}`
    const text = [`receiving as ${peerId}`, ...addressLines(addresses), hint].join('\n')
    this.#output.tell({ event: 'listening', peerId, addresses }, text)
  }

  /** Reports on every transfer; resolves when the first file is complete. */
  async follow(files: FileTransfer): Promise<void> {
    files.addEventListener('progress', ({ detail }) => this.progress(detail))
    files.addEventListener('failed', ({ detail }) => this.failed(detail))
    files.addEventListener('refused', ({ detail }) => this.refused(detail))
    await new Promise<void>(resolve => {
      files.addEventListener('received', ({ detail }) => {
        this.received(detail)
        resolve()
      })
    })
  }

  progress({ transferId, name, size, bytes, peer, route }: Arriving): void {
    const bar = this.#bars.get(transferId) ?? new ProgressBar({ total: size, clock: this.#output.clock })
    this.#bars.set(transferId, bar)
    bar.update(bytes)
    const event = { event: 'progress', name, peer: peer.toString(), bytes, size, path: route.path }
    this.#output.progress({ event, line: width => bar.render(width, { note: `${name} ${route.path}` }) })
  }

  received({ transferId, peer, path, storedAs, size, sha256, route }: Arrived): void {
    this.#bars.delete(transferId)
    const from = peer.toString()
    this.#output.tell(
      { event: 'received', path, storedAs, size, sha256, peer: from, route: route.path },
      `received ${path}: ${formatBytes(size)} (${size} bytes), sha256 ${sha256}, from ${from}, path ${route.path}`
    )
  }

  failed({ transferId, name, peer, error }: BrokenOff): void {
    this.#bars.delete(transferId)
    const message = messageOf(error)
    const from = peer.toString()
    this.#output.tell(
      { event: 'failed', name, peer: from, error: message },
      `broken off: ${name} from ${from}: ${message}`
    )
  }

  refused({ peer, reason, detail }: Refused): void {
    const from = peer.toString()
    this.#output.tell(
      { event: 'refused', peer: from, reason, detail },
      `refused a file from ${from}: ${reason} ${detail}`
    )
  }
}
