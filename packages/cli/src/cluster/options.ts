import { access } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { ClusterFolderError } from './errors.ts'
import type { Command } from 'commander'

/** The files of a cluster, as `waystone cluster init` makes them. */
export interface ClusterFiles {
  folder: string
  /** The cluster's key, which may be somewhere else. */
  key: string
  /** The trust file: who is a member. */
  members: string
  /** What was signed last. */
  record: string
}

export interface FolderOptions {
  folder?: string
  json?: boolean
}

export interface SealOptions extends FolderOptions {
  passphraseFile?: string
}

/** Gives a command the flags that say which cluster it is about. */
export function addFolderOptions(command: Command): Command {
  return command
    .option('--folder <folder>', 'folder of the cluster; default: the current one')
    .option('--json', 'as JSON')
}

/** For commands that open the cluster's key. */
export function addSealOption(command: Command): Command {
  return command.option(
    '--passphrase-file <file>',
    'file with the passphrase of the cluster’s key; or WAYSTONE_IDENTITY_PASSPHRASE'
  )
}

export function filesIn(folder: string): ClusterFiles {
  const path = resolve(folder)
  const inside = (name: string): string => join(path, name)
  return {
    folder: path,
    key: inside('cluster.key'),
    members: inside('cluster.json'),
    record: inside('cluster.record')
  }
}

/** The cluster that the options name. @throws ClusterFolderError - it is not there */
export async function clusterFiles({ folder = '.' }: FolderOptions): Promise<ClusterFiles> {
  const files = filesIn(folder)
  if (await isThere(files.members)) return files
  throw new ClusterFolderError(`${files.folder} is no folder of a cluster: there is no cluster.json in it`, {
    hint: 'name the folder with --folder, or make a cluster with waystone cluster init NAME'
  })
}

export async function isThere(path: string): Promise<boolean> {
  return await access(path).then(
    () => true,
    () => false
  )
}

/** Examples for the end of a help text. */
export function examples(...lines: string[]): string {
  return `\nExamples:\n${lines.map(line => `  $ waystone ${line}`).join('\n')}`
}
