import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { debianProgram } from './debian.ts'
import { freePort } from './free-port.ts'
import { startServer } from './server-process.ts'

/** Debian's nginx with a configuration of its own, on a free port of loopback. */
export interface Nginx extends AsyncDisposable {
  port: number
  /** What it serves. */
  root: string
}

const TEMPORARY = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi']

/** Installs nginx if it is missing and starts it; everything that it writes goes into `folder`. */
export async function startNginx(folder: string): Promise<Nginx> {
  const program = await debianProgram('nginx')
  const [root, port] = [join(folder, 'www'), await freePort()]
  await mkdir(root, { recursive: true })
  const file = join(folder, 'nginx.conf')
  await writeFile(file, configuration(folder, port))
  const command = [program, '-p', folder, '-c', file]
  const server = await startServer({ what: 'nginx', command, isReady: async () => await answers(port) })
  return { port, root, [Symbol.asyncDispose]: () => server[Symbol.asyncDispose]() }
}

// one process, as the user that runs the test: a worker of another user could not read the folder
function configuration(folder: string, port: number): string {
  const temporary = TEMPORARY.map(name => `  ${name}_temp_path ${join(folder, name)};`)
  return [
    'daemon off;',
    'master_process off;',
    `pid ${join(folder, 'nginx.pid')};`,
    'error_log stderr;',
    'events {}',
    'http {',
    '  access_log off;',
    '  sendfile on;',
    ...temporary,
    `  server { listen 127.0.0.1:${port}; root ${join(folder, 'www')}; }`,
    '}'
  ].join('\n')
}

async function answers(port: number): Promise<boolean> {
  return await fetch(`http://127.0.0.1:${port}/`).then(
    () => true,
    () => false
  )
}
