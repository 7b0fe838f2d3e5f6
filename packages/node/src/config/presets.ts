import { readdir } from 'node:fs/promises'
import { basename, dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { ConfigFileNotFoundError, PresetChainError, PresetNotFoundError } from './errors.ts'
import type { Layer } from './layer.ts'
import { findNearest } from './nearest.ts'
import { readYaml } from './yaml-document.ts'
import { readYamlLayer } from './yaml-layer.ts'
import type { YamlLayer } from './yaml-layer.ts'

const EXTENSION = '.yaml'

/** The folder of the presets that come with Waystone: the package `@waystone/configs`. */
export const presetFolder: string = dirname(fileURLToPath(import.meta.resolve('@waystone/configs/package.json')))

/** Names of the presets that come with Waystone. */
export async function listPresets(): Promise<string[]> {
  const files = await readdir(presetFolder)
  return files
    .filter(file => file.endsWith(EXTENSION))
    .map(file => basename(file, EXTENSION))
    .sort()
}

export interface PresetInit {
  /** Name, or path of a file. */
  preset: string
  /** What a relative path starts from. */
  folder: string
  home: string
}

/**
 * Reads a preset and the one it extends, lowest first.
 *
 * @throws PresetNotFoundError, PresetChainError, and what reading a file throws
 */
export async function readPreset(init: PresetInit): Promise<Layer[]> {
  const top = await readOne(init)
  if (top.extends === undefined) return [top.layer]
  const base = await readOne({ ...init, preset: top.extends, folder: dirname(pathOf(init)) })
  if (base.extends !== undefined) throw new PresetChainError([init.preset, top.extends, base.extends])
  return [base.layer, top.layer]
}

async function readOne(init: PresetInit): Promise<YamlLayer> {
  const path = pathOf(init)
  try {
    const yaml = await readYaml(path, isPath(init.preset) ? init.preset : basename(path))
    return readYamlLayer(yaml, { kind: 'preset', folder: dirname(path), home: init.home })
  } catch (error) {
    if (!(error instanceof ConfigFileNotFoundError) || isPath(init.preset)) throw error
    const known = await listPresets()
    throw new PresetNotFoundError(init.preset, known, findNearest(init.preset, known))
  }
}

function pathOf({ preset, folder }: PresetInit): string {
  return isPath(preset) ? resolve(folder, preset) : join(presetFolder, `${preset}${EXTENSION}`)
}

function isPath(preset: string): boolean {
  return /[/\\]/.test(preset) || /\.ya?ml$/.test(preset)
}
