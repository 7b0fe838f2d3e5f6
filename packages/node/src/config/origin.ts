/** Where a value comes from. */
export interface Origin {
  kind: 'constant' | 'preset' | 'file' | 'environment' | 'flag'
  /** File as it was named, variable, or flag. */
  name: string
  /** From 1; files and presets only. */
  line?: number
  /** From 1; files and presets only. */
  column?: number
  /** Absolute: what names in the value start from, such as those of packages. Absent for built-in values. */
  folder?: string
}

export const BUILT_IN: Origin = { kind: 'constant', name: 'built-in' }

/** For people: `relay.yaml:12 (preset)`, `my.yaml:3`, `WAYSTONE_LOG_LEVEL`, `--set`, `built-in`. */
export function formatOrigin({ kind, name, line }: Origin): string {
  const place = line === undefined ? name : `${name}:${line}`
  return kind === 'preset' ? `${place} (preset)` : place
}
