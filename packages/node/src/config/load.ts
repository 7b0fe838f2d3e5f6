import { homedir } from 'node:os'
import { dirname, resolve } from 'node:path'
import type { PathStart } from './absolute-paths.ts'
import { findImpossible } from './combinations.ts'
import { defaultsFor } from './defaults.ts'
import { ConfigInvalidError } from './errors.ts'
import { Layer, mergeLayers } from './layer.ts'
import type { Entry } from './layer.ts'
import { nestValues, valueAt } from './nesting.ts'
import type { Nested } from './nesting.ts'
import { BUILT_IN } from './origin.ts'
import type { Origin } from './origin.ts'
import { readPreset } from './presets.ts'
import type { ConfigProblem } from './problem.ts'
import { configSchema } from './schema.ts'
import type { Config, Role } from './schema.ts'
import { CONFIG_VARIABLE, PRESET_VARIABLE, readEnvironment, readFlags } from './text-layers.ts'
import type { Environment } from './text-layers.ts'
import { configLeaves } from './tree.ts'
import { readYaml } from './yaml-document.ts'
import { readYamlLayer } from './yaml-layer.ts'
import type { YamlLayer } from './yaml-layer.ts'

/** What a configuration is made of. Every part may be left out. */
export interface ConfigSources {
  /** The role that is about to run: chooses the preset when nothing else does, and the configuration must agree. */
  role?: Role | undefined
  /** Name or path; wins over `WAYSTONE_PRESET` and the file's own `extends`. */
  preset?: string | undefined
  /** Path of a YAML file; wins over `WAYSTONE_CONFIG`. */
  file?: string | undefined
  /** Usually `process.env`. */
  env?: Environment | undefined
  /** Dotted path to text, as in `{ 'log.level': 'debug' }`. */
  flags?: Record<string, string> | undefined
  /** How the person wrote a flag, by dotted path; `--set` where it is not named. */
  flagNames?: Record<string, string> | undefined
  /** What relative paths in variables and flags start from. */
  cwd?: string | undefined
  /** What `~` stands for. */
  home?: string | undefined
}

export interface LoadedConfig {
  /** Deeply frozen. */
  config: Config
  /** The same values as a person would write them, with absolute paths. */
  input: Nested
  /** Where each value comes from, by dotted path. */
  origins: Map<string, Origin>
}

/**
 * Puts the layers on top of each other (constants, preset, file, environment,
 * flags) and checks what comes out.
 *
 * @throws ConfigInvalidError with every problem at once; the errors of files and presets
 */
export async function loadConfig(sources: ConfigSources = {}): Promise<LoadedConfig> {
  const init = { folder: sources.cwd ?? process.cwd(), home: sources.home ?? homedir() }
  const env = sources.env ?? {}
  const file = await readFileLayer(sources.file ?? env[CONFIG_VARIABLE], init)
  const upper = [
    ...(await readPresetLayers(sources, file, init)),
    ...(file === undefined ? [] : [file.layer]),
    readEnvironment(env, init),
    readFlags(sources.flags ?? {}, sources.flagNames ?? {}, init)
  ]
  const problems = [...upper.flatMap(layer => layer.problems), ...refuseOtherRole(upper, sources.role)]
  if (problems.length > 0) throw new ConfigInvalidError(problems)
  return finish(mergeLayers([createConstants(upper, sources.role, init), ...upper]))
}

async function readFileLayer(file: string | undefined, { folder, home }: PathStart): Promise<FileLayer | undefined> {
  if (file === undefined || file === '') return undefined
  const path = resolve(folder, file)
  const yaml = await readYaml(path, file)
  return { ...readYamlLayer(yaml, { kind: 'file', folder: dirname(path), home }), folder: dirname(path) }
}

interface FileLayer extends YamlLayer {
  folder: string
}

async function readPresetLayers(
  sources: ConfigSources,
  file: FileLayer | undefined,
  init: PathStart
): Promise<Layer[]> {
  const chosen = sources.preset ?? (sources.env?.[PRESET_VARIABLE] || undefined)
  if (chosen !== undefined) return readPreset({ ...init, preset: chosen })
  if (file?.extends !== undefined) return readPreset({ ...init, preset: file.extends, folder: file.folder })
  return sources.role === undefined ? [] : readPreset({ ...init, preset: sources.role })
}

function refuseOtherRole(layers: Layer[], role: Role | undefined): ConfigProblem[] {
  const entry = mergeLayers(layers).get('role')
  if (role === undefined || entry === undefined || entry.value === role) return []
  return [{ path: 'role', message: `must be ${role}: that is what this command runs`, ...entry }]
}

function createConstants(upper: Layer[], role: Role | undefined, init: PathStart): Layer {
  const named = configSchema.shape.role.safeParse(mergeLayers(upper).get('role')?.value)
  const chosen = named.data ?? role ?? 'edge'
  const defaults = defaultsFor(chosen)
  const layer = new Layer(init)
  for (const leaf of configLeaves.values()) {
    const value = valueAt(defaults, leaf.path)
    if (value !== undefined) layer.set({ leaf, value, origin: BUILT_IN })
  }
  return layer
}

function finish(entries: Map<string, Entry>): LoadedConfig {
  const input = nestValues(path => entries.get(path)?.value)
  const config = configSchema.parse(input)
  const impossible = findImpossible(config, path => isOwn(entries.get(path)))
  if (impossible.length > 0) {
    throw new ConfigInvalidError(
      impossible.map(({ path, message }) => ({
        path,
        message,
        value: valueAt(input, path),
        origin: originOf(entries, path)
      }))
    )
  }
  const origins = new Map([...entries].map(([path, { origin }]) => [path, origin]))
  return { config: deepFreeze(config), input: deepFreeze(input), origins }
}

/** Whether the operator said so, and not only a preset. */
function isOwn(entry: Entry | undefined): boolean {
  return entry !== undefined && entry.origin.kind !== 'constant' && entry.origin.kind !== 'preset'
}

/** The origin of a key, or of what a path like `tunnels.expose.0.name` points at inside its value. */
function originOf(entries: Map<string, Entry>, path: string): Origin {
  const keys = path.split('.')
  for (let length = keys.length; length > 0; length--) {
    const entry = entries.get(keys.slice(0, length).join('.'))
    if (entry === undefined) continue
    const inside = keys.slice(length).map(key => (/^\d+$/.test(key) ? Number(key) : key))
    return inside.length === 0 ? entry.origin : (entry.originAt?.(inside) ?? entry.origin)
  }
  return BUILT_IN
}

function deepFreeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null) Object.values(value).forEach(deepFreeze)
  return Object.freeze(value)
}
