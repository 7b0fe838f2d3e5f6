import type { Found, ImpossibleCombination } from './impossible.ts'
import type { Config } from './schema.ts'

/** What stands in a list twice and may only once. Pure. */
export function findTwice({ plugins, tunnels }: Config): ImpossibleCombination[] {
  return [
    ...repeated({ list: 'tunnels.expose', key: 'name', values: tunnels.expose.map(({ name }) => name) }),
    ...repeated(
      { list: 'tunnels.forward', key: 'local', values: tunnels.forward.map(({ local }) => local) },
      isAnyPort
    ),
    ...repeated({ list: 'plugins', key: 'package', values: plugins.map(plugin => plugin.package) })
  ]
}

interface Column {
  /** Dotted path of the list. */
  list: string
  key: string
  values: string[]
}

/** Every port 0 is another one. */
function isAnyPort(endpoint: string): boolean {
  return /^(.*:)?0$/.test(endpoint)
}

function* repeated({ list, key, values }: Column, mayRepeat: (value: string) => boolean = () => false): Found {
  for (const [index, value] of values.entries()) {
    const first = values.indexOf(value)
    if (first === index || mayRepeat(value)) continue
    yield { path: `${list}.${index}.${key}`, message: `is also that of ${list}.${first}` }
  }
}
