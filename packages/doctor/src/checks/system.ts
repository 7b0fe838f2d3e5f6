import { arch, platform, release } from 'node:os'
import type { Check } from '../check.ts'

/** Versions, and whether the system lets the node open enough files. */
export const systemCheck: Check = async ({ init }) => {
  const { versions, network } = init
  const os = `${platform()} ${release()} ${arch()}`
  return [
    { kind: 'versions', ...versions, node: process.version, os, network },
    { kind: 'open-files', ...init.checkOpenFiles() }
  ]
}
