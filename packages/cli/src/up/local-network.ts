import { writeFile } from 'node:fs/promises'
import { makeFolder } from '@waystone/kit/make-folder'
import { join } from 'node:path'
import { createIdentity, saveIdentity } from '@waystone/node/identity'
import { systemRandom } from '@waystone/kit'
import { stringify } from 'yaml'
import { ChildNode } from './child-node.ts'
import { findFreePorts } from './free-ports.ts'
import { configOf, nameNodes } from './network-plan.ts'
import type { PlannedNode, RoleCounts } from './network-plan.ts'

/**
 * Gives every node a fresh identity and, but for the last edge, a port of its
 * own, and writes all config files. Knowing both beforehand lets all processes
 * start at the same time.
 *
 * @param dataDir - an empty folder
 */
export async function prepareNetwork(counts: RoleCounts, dataDir: string): Promise<PlannedNode[]> {
  const names = nameNodes(counts, dataDir)
  const ports = await findFreePorts(names.length - 1)
  const network = await Promise.all(
    names.map(async (name, index) => {
      const port = ports[index]
      const peerId = await makeIdentity(name.dataDir)
      return { ...name, peerId, ...(port !== undefined && { port }) }
    })
  )
  await Promise.all(
    network.map(async node => await writeFile(configFileOf(node), stringify(configOf(node, network)), { mode: 0o600 }))
  )
  return network
}

/** The config file of a prepared node; it works with every command that takes `--config`. */
export function configFileOf({ dataDir }: PlannedNode): string {
  return `${dataDir}.yaml`
}

/** Starts the process of a prepared node. */
export function startNode(node: PlannedNode): ChildNode {
  return new ChildNode(node, configFileOf(node))
}

async function makeIdentity(dataDir: string): Promise<string> {
  await makeFolder(dataDir, { mode: 0o700 })
  const identity = await createIdentity({ random: systemRandom })
  await saveIdentity(identity, { keyFile: join(dataDir, 'identity.key'), random: systemRandom })
  return identity.peerId.toString()
}
