import type { LoadedConfig } from '@waystone/node/config'

/** Whether a person set this value, rather than a preset or the code. */
export function isChosen({ origins }: LoadedConfig, path: string): boolean {
  const kind = origins.get(path)?.kind
  return kind !== undefined && kind !== 'constant' && kind !== 'preset'
}
