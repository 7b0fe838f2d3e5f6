import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { chown, mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { poll } from '@waystone/kit/testing'
import { debianProgram } from './debian.ts'
import { freePort } from './free-port.ts'
import type { ChildProcess } from 'node:child_process'

/** Debian's PostgreSQL with a data folder of its own, on a free port of loopback. */
export interface Postgres extends AsyncDisposable {
  /** Of its only database; everybody on this machine is let in. */
  url: string
  port: number
  /** Runs a statement, by default in the only database; rows are lines. */
  sql(statement: string, database?: string): Promise<string>
  /** Sends a signal to the server and all its sessions. */
  signal(name: NodeJS.Signals): Promise<void>
  /** Ends every session at once, as a restart does, and starts again on the same port. */
  restart(): Promise<void>
}

/** `nobody`: PostgreSQL refuses to run as root. */
const NOBODY = 65_534
const VERSIONS = '/usr/lib/postgresql'

/** Installs PostgreSQL if it is missing, makes a database in a temporary folder and starts it. */
export async function startPostgres(): Promise<Postgres> {
  const programs = await findPrograms()
  const [folder, port] = [await mkdtemp(join(tmpdir(), 'waystone-postgres-')), await freePort()]
  const user = process.getuid?.() === 0 ? { uid: NOBODY, gid: NOBODY } : {}
  if (user.uid !== undefined) await chown(folder, user.uid, user.gid)
  const run = (program: string, args: string[]): ChildProcess =>
    spawn(join(programs, program), args, { ...user, cwd: folder, stdio: ['ignore', 'pipe', 'pipe'] })
  const data = join(folder, 'data')
  await output(run('initdb', ['--pgdata', data, '--username=waystone', '--auth=trust', '--no-sync']))
  const settings = ['-c', `port=${port}`, '-c', 'listen_addresses=127.0.0.1', '-c', `unix_socket_directories=${folder}`]
  const start = async (): Promise<ChildProcess> => {
    const server = run('postgres', ['-D', data, ...settings, '-c', 'fsync=off'])
    // what nobody reads would fill the pipes
    server.stdout?.resume()
    server.stderr?.resume()
    await poll(async () => await accepts(server, run('pg_isready', ['-h', '127.0.0.1', '-p', String(port)])), {
      what: 'PostgreSQL to answer'
    })
    return server
  }
  let server = await start()
  return {
    url: `postgresql://waystone@127.0.0.1:${port}/postgres`,
    port,
    sql: async (statement, database = 'postgres') => {
      const at = ['-h', '127.0.0.1', '-p', String(port), '-U', 'waystone', '-d', database]
      return await output(run('psql', [...at, '-X', '-At', '-v', 'ON_ERROR_STOP=1', '-c', statement]))
    },
    signal: async name => {
      for (const pid of await withChildren(server)) process.kill(pid, name)
    },
    restart: async () => {
      await stop(server)
      server = await start()
    },
    [Symbol.asyncDispose]: async () => {
      await stop(server)
      await rm(folder, { recursive: true, force: true })
    }
  }
}

/** A session is a process of its own, in a group of its own. */
async function withChildren({ pid = 0 }: ChildProcess): Promise<number[]> {
  const text = await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8')
  return [pid, ...text.split(' ').filter(Boolean).map(Number)]
}

async function findPrograms(): Promise<string> {
  // initdb and postgres are in a folder of the version, which the package only names
  await debianProgram('pg_ctlcluster', 'postgresql')
  const [newest] = (await readdir(VERSIONS)).toSorted((a, b) => Number(b) - Number(a))
  return join(VERSIONS, newest ?? '', 'bin')
}

async function accepts(server: ChildProcess, asking: ChildProcess): Promise<true | undefined> {
  if (server.exitCode !== null) throw new Error(`PostgreSQL ended with ${server.exitCode}`)
  const [code] = (await once(asking, 'close')) as [number | null]
  return code === 0 ? true : undefined
}

async function output(child: ChildProcess): Promise<string> {
  let [printed, said] = ['', '']
  child.stdout?.on('data', (chunk: Buffer) => (printed += chunk.toString()))
  child.stderr?.on('data', (chunk: Buffer) => (said += chunk.toString()))
  const [code] = (await once(child, 'close')) as [number | null]
  if (code !== 0) throw new Error(`${child.spawnfile} ended with ${code}: ${said}`)
  return printed.trim()
}

/** SIGINT ends every session without waiting for the clients. */
async function stop(server: ChildProcess): Promise<void> {
  if (server.exitCode !== null || server.signalCode !== null) return
  const closed = once(server, 'close')
  server.kill('SIGINT')
  await closed
}
