import { overlaps } from './listen-address.ts'
import { isLoopback } from './loopback.ts'
import type { Found } from './impossible.ts'
import type { ListenAddress, Socket } from './listen-address.ts'
import type { Config } from './schema.ts'

interface Around {
  listen: ListenAddress[]
  /** Whether the operator set a key, and not only a preset. */
  isOwn: (path: string) => boolean
}

/** What cannot hold together in the way the operator reaches the node. Pure. */
export function* findImpossibleAdmin(config: Config, { listen, isOwn }: Around): Found {
  yield* halfCertificate(config)
  if (config.admin.socket === undefined) {
    yield* portTaken(config, listen)
    yield* openToOthers(config)
  } else yield* besideSocket(isOwn)
  yield* adminForAnyone(config)
}

function* halfCertificate({ admin: { tls } }: Config): Found {
  if (tls.certFile !== undefined && tls.keyFile === undefined)
    yield { path: 'admin.tls.certFile', message: 'needs admin.tls.keyFile too' }
  if (tls.keyFile !== undefined && tls.certFile === undefined)
    yield { path: 'admin.tls.keyFile', message: 'needs admin.tls.certFile too' }
}

function* portTaken({ admin }: Config, listen: ListenAddress[]): Found {
  const hosts = admin.host === 'localhost' ? ['127.0.0.1', '::1'] : [admin.host]
  const sockets = hosts.map((host): Socket => ({ protocol: 'tcp', host, port: admin.port }))
  const taken = listen.find(({ socket }) => socket !== undefined && sockets.some(own => overlaps(own, socket)))
  if (taken !== undefined) yield { path: 'admin.port', message: `is also the port of ${taken.text}` }
}

function* openToOthers({ admin: { host, tls } }: Config): Found {
  if (isLoopback(host) || tls.certFile !== undefined || tls.keyFile !== undefined) return
  yield { path: 'admin.host', message: 'can be reached by others: needs admin.tls.certFile and admin.tls.keyFile' }
}

/** Presets name a port, which a socket just replaces; a person who names both means something else. */
function* besideSocket(isOwn: Around['isOwn']): Found {
  for (const path of ['admin.host', 'admin.port', 'admin.tls.certFile', 'admin.tls.keyFile']) {
    if (isOwn(path)) yield { path, message: 'has no effect beside admin.socket: leave one of them out' }
  }
}

function* adminForAnyone({ trust }: Config): Found {
  if (trust.grants['admin'] === 'anyone')
    yield { path: 'trust.grants.admin', message: 'would let everybody stop and change this node: list peer ids' }
}
