import type { NodeStatus } from './status.ts'

export interface Reply {
  status: number
  body: string
  /** Default: plain text. */
  contentType?: string
}

export type Routes = ReadonlyMap<string, () => Reply | Promise<Reply>>

export interface RoutesInit {
  /** What is missing until the node is ready. */
  missing: () => string[]
  status: () => NodeStatus
  /** Absent if the node keeps no metrics. */
  metrics?: { contentType: string; render: () => Promise<string> } | undefined
}

/** `/livez`, `/readyz`, `/status` and, if the node keeps them, `/metrics`. */
export function createRoutes({ missing, status, metrics }: RoutesInit): Routes {
  const routes = new Map<string, () => Reply | Promise<Reply>>([
    ['/livez', () => ({ status: 200, body: 'alive\n' })],
    ['/readyz', () => readyz(missing())],
    ['/status', () => json(200, status())]
  ])
  if (metrics !== undefined) {
    routes.set('/metrics', async () => ({
      status: 200,
      body: await metrics.render(),
      contentType: metrics.contentType
    }))
  }
  return routes
}

function readyz(missing: string[]): Reply {
  const ready = missing.length === 0
  return json(ready ? 200 : 503, { ready, missing })
}

function json(status: number, value: unknown): Reply {
  return { status, body: `${JSON.stringify(value)}\n`, contentType: 'application/json' }
}
