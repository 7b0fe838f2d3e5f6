import type { Reply } from './reply.ts'

export interface Route {
  /** @param trusted - whether no stranger can have asked */
  reply: (trusted: boolean) => Reply | Promise<Reply>
  /** Whether strangers get nothing of it. */
  private: boolean
}

/** What is there by GET, without a call. */
export type Routes = ReadonlyMap<string, Route>

export interface RoutesInit {
  /** What is missing until the node is ready. */
  missing: () => string[]
  /** How the cluster does; nothing without one. */
  cluster?: () => string | undefined
  /** Absent if the node keeps no metrics. */
  metrics?: { contentType: string; render: () => Promise<string> } | undefined
}

/** `/livez`, `/readyz` and, if the node keeps them, `/metrics`. */
export function createRoutes({ missing, cluster = () => undefined, metrics }: RoutesInit): Routes {
  const routes = new Map<string, Route>([
    ['/livez', { reply: () => ({ status: 200, body: 'alive\n' }), private: false }],
    ['/readyz', { reply: trusted => readyz({ missing: missing(), cluster: cluster() }, trusted), private: false }]
  ])
  if (metrics !== undefined) {
    const reply = async (): Promise<Reply> => ({
      status: 200,
      body: await metrics.render(),
      contentType: metrics.contentType
    })
    routes.set('/metrics', { reply, private: true })
  }
  return routes
}

/** A probe on another host needs the status alone; what is missing tells of seeds, relays and services. */
function readyz(found: { missing: string[]; cluster: string | undefined }, trusted: boolean): Reply {
  const ready = found.missing.length === 0
  return {
    status: ready ? 200 : 503,
    body: `${JSON.stringify(trusted ? { ready, ...found } : { ready })}\n`,
    contentType: 'application/json'
  }
}
