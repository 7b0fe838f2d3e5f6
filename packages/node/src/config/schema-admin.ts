import { z } from 'zod'
import { host, path, port } from './fields.ts'

/** How the operator reaches the node. */
export const admin = z.strictObject({
  host: host.describe('where it listens; other hosts than loopback need admin.tls'),
  port: port.describe('0 takes a free one; the address is written to admin.url in the data folder'),
  socket: path.optional().describe('path of a unix socket to listen on instead'),
  names: z.array(host).describe('further host names under which it may be called'),
  tls: z.strictObject({
    certFile: path.optional().describe('PEM certificate chain: HTTPS instead of HTTP'),
    keyFile: path.optional().describe('PEM private key of it')
  })
})
