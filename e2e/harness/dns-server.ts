import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { poll } from '@waystone/kit/testing'
import { debianProgram } from './debian.ts'
import { startServer } from './server-process.ts'

export interface DnsServerInit {
  /** Command line of the namespace in which it runs. */
  inside: string[]
  ip: string
  /** For its files. */
  folder: string
  /** More options of dnsmasq, such as records that are no addresses. */
  more?: readonly string[]
}

/** Debian's dnsmasq with names that change while it runs. It knows nothing else and asks nobody. */
export interface DnsServer extends AsyncDisposable {
  readonly ip: string
  /** From now on these are all addresses of a name. They are handed out in turns. */
  setHost(name: string, ips: readonly string[]): Promise<void>
  /** What it was asked and answered so far. */
  log(): string
}

export async function startDnsServer({ inside, ip, folder, more = [] }: DnsServerInit): Promise<DnsServer> {
  const program = await debianProgram('dnsmasq', 'dnsmasq-base')
  const hosts = join(folder, 'dns-hosts')
  await writeFile(hosts, '')
  const readings = (printed: string): number => printed.split(`read ${hosts}`).length - 1
  const server = await startServer({
    what: 'DNS server',
    command: [...inside, program, ...options(ip, hosts), ...more],
    isReady: printed => readings(printed) > 0
  })
  const names = new Map<string, readonly string[]>()
  const setHost = async (name: string, ips: readonly string[]): Promise<void> => {
    names.set(name, ips)
    const before = readings(server.printed())
    await writeFile(hosts, [...names].flatMap(([each, all]) => all.map(address => `${address} ${each}\n`)).join(''))
    server.signal('SIGHUP')
    const hasRead = (): true | undefined => (readings(server.printed()) > before ? true : undefined)
    await poll(hasRead, { what: 'the DNS server to read its names' })
  }
  return { ip, setHost, log: () => server.printed(), [Symbol.asyncDispose]: () => server[Symbol.asyncDispose]() }
}

function options(ip: string, hosts: string): string[] {
  const own = ['--no-resolv', '--no-hosts', '--conf-file=/dev/null', '--local=/test/', `--addn-hosts=${hosts}`]
  const place = [`--listen-address=${ip}`, '--bind-interfaces', '--user=root', '--pid-file=']
  return [
    '--keep-in-foreground',
    '--log-facility=-',
    '--log-queries',
    '--local-ttl=1',
    '--cache-size=0',
    ...own,
    ...place
  ]
}
