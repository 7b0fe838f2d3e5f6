import { trust } from '@waystone/wire/admin'
import { askNode } from '../admin/ask-node.ts'
import { addNodeOptions } from '../api/index.ts'
import type { Client } from '@connectrpc/connect'
import type { Command } from 'commander'
import type { AskedNode, AskOptions } from '../admin/ask-node.ts'

/** What a command about trust works with. */
export interface AskedTrust extends AskedNode {
  trust: Client<typeof trust.TrustService>
}

/** Gives a command the flags of every command that asks a running node, `--json` among them. */
export function addAskOptions(command: Command): Command {
  return addNodeOptions(command.option('--json', 'as JSON'))
}

/** Examples for the end of a help text. */
export function examples(...lines: string[]): string {
  return `\nExamples:\n${lines.map(line => `  $ waystone trust ${line}`).join('\n')}`
}

/** Lets a command work with the trust database of the running node. @throws what `askNode` throws */
export async function askTrust(options: AskOptions, work: (node: AskedTrust) => Promise<void>): Promise<void> {
  await askNode(options, async node => await work(trustOf(node)))
}

export function trustOf(node: AskedNode): AskedTrust {
  return { ...node, trust: node.api.client(trust.TrustService) }
}
