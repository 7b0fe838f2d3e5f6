import { once } from 'node:events'
import { createServer } from 'node:http'
import { build, createLogger } from 'vite'
import type { AddressInfo } from 'node:net'
import type { Logger } from 'vite'

/** A page on loopback. Disposing of it ends the server. */
export interface WebPage extends AsyncDisposable {
  url: string
}

/** The name under which the page finds what the bundled file exports. */
export const PAGE_GLOBAL = 'page'

const HTML = '<!doctype html><meta charset="utf-8"><script src="/page.js"></script>'

/**
 * Bundles a file for browsers and serves it on loopback, which browsers take
 * for a secure context.
 *
 * @throws when something that is bundled needs a module of Node
 */
export async function serveWebPage(file: string): Promise<WebPage> {
  const script = await bundle(file)
  const server = createServer(({ url }, response) => {
    const [type, body] = url === '/page.js' ? ['text/javascript', script] : ['text/html', HTML]
    response.writeHead(200, { 'content-type': `${type}; charset=utf-8` }).end(body)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}/`,
    [Symbol.asyncDispose]: async () => {
      server.close()
      server.closeAllConnections()
      await once(server, 'close')
    }
  }
}

async function bundle(file: string): Promise<string> {
  const warnings: string[] = []
  const built = await build({
    configFile: false,
    logLevel: 'warn',
    customLogger: loggerTo(warnings),
    build: {
      write: false,
      minify: false,
      lib: { entry: file, formats: ['iife'], name: PAGE_GLOBAL }
    }
  })
  const ofNode = warnings.filter(warning => warning.includes('externalized for browser compatibility'))
  if (ofNode.length > 0) throw new Error(`browsers cannot load it:\n${ofNode.join('\n')}`)
  const [output] = Array.isArray(built) ? built : []
  const script = output?.output[0].code
  if (script === undefined) throw new Error(`${file} was not bundled`)
  return script
}

function loggerTo(warnings: string[]): Logger {
  const keep = (message: string): void => void warnings.push(message)
  return { ...createLogger('silent'), warn: keep, warnOnce: keep }
}
