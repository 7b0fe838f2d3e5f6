import { formatBytes } from '../format.ts'
import { ReportOutput } from '../edge/report-output.ts'
import { addressLines, wayTo } from '../edge/way-to.ts'
import type { tunnels } from '@waystone/wire/admin'
import type { ReportInit } from '../edge/report-output.ts'

type TunnelEvent = tunnels.ForwardResponse['event'] | tunnels.ExposeResponse['event']

export interface ExposedInit {
  name: string
  target: string
  /** Through which others find the node, where that is known. */
  seeds: string[]
}

/** Tells where tunnels can be used, and which are opened, refused and closed. */
export class TunnelReport {
  readonly #output: ReportOutput

  constructor(init: ReportInit) {
    this.#output = new ReportOutput(init)
  }

  readonly note = (text: string): void => this.#output.note(text)

  listening(address: string, name: string): void {
    const text = `listening on ${address}: connections go to ${name} of the peer\nfor example: ${exampleFor(address)}`
    this.#output.tell({ event: 'listening', address }, text)
  }

  exposed({ peer, addresses }: tunnels.Exposed, { name, target, seeds }: ExposedInit): void {
    const way = wayTo({ peer, addresses, seeds })
    const hint = `forward with: waystone forward PORT ${way.peer} ${name}${way.flags}`
    const text = [`exposing ${target} as ${name} of ${peer}`, ...addressLines(addresses), hint].join('\n')
    this.#output.tell({ event: 'exposed', name, target, peer, addresses }, text)
  }

  event(event: TunnelEvent): void {
    if (event.case === 'opened') this.#opened(event.value)
    else if (event.case === 'closed') this.#closed(event.value)
    else if (event.case === 'refused') this.#refused(event.value)
  }

  #opened({ id, peer, path, transport }: tunnels.TunnelOpened): void {
    const event = { event: 'opened', id: Number(id), peer, path, transport }
    this.#output.tell(event, `opened ${id} with ${peer}, ${path} over ${transport}`)
  }

  #closed({ id, bytesReceived, bytesSent, failure }: tunnels.TunnelClosed): void {
    const [received, sent] = [Number(bytesReceived), Number(bytesSent)]
    const event = { event: 'closed', id: Number(id), bytesReceived: received, bytesSent: sent }
    const amounts = `${formatBytes(received)} from the peer, ${formatBytes(sent)} to it`
    const text = `closed ${id}: ${amounts}${failure === '' ? '' : `; ${failure}`}`
    this.#output.tell({ ...event, ...(failure !== '' && { failure }) }, text)
  }

  #refused({ peer, reason }: tunnels.TunnelRefused): void {
    this.#output.tell({ event: 'refused', peer, reason }, `no tunnel with ${peer}: ${reason}`)
  }
}

function exampleFor(address: string): string {
  if (address.startsWith('unix:')) return `curl --unix-socket ${address.slice('unix:'.length)} http://localhost/`
  return `curl http://${address}/`
}
