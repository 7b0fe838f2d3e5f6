import { Command } from 'commander'
import { printJson } from '../admin/output.ts'
import { newPlugin } from '../plugin/new-plugin.ts'
import type { NewPlugin } from '../plugin/new-plugin.ts'

/** `waystone plugin new`: the beginning of a protocol of one's own. */
export function pluginCommand(): Command {
  return new Command('plugin').addCommand(
    new Command('new')
      .description('write a package with a protobuf service, a stream protocol and tests into ./NAME')
      .argument('<name>', 'such as hello or my-protocol')
      .option('--packages <folder>', 'take Waystone from this folder of npm run pack, not from the registry')
      .option('--json', 'as JSON')
      .action(createPlugin)
  )
}

interface Options {
  packages?: string
  json?: boolean
}

async function createPlugin(name: string, { json = false, ...options }: Options): Promise<void> {
  const plugin = await newPlugin(name, process.cwd(), options)
  const next = nextSteps(plugin)
  if (json) printJson({ ...plugin, next })
  else process.stdout.write(asText(plugin, next))
}

function nextSteps({ name }: NewPlugin): string[] {
  return [`cd ${name}`, 'npm install', 'npm test']
}

function asText({ name, folder, files }: NewPlugin, next: string[]): string {
  const lines = [
    `wrote ${folder}`,
    ...files.map(file => `  ${file}`),
    '',
    'next:',
    ...next.map(step => `  ${step}`),
    '',
    `then name it in the config of a node beside it: plugins: [{ package: ./${name} }]`
  ]
  return `${lines.join('\n')}\n`
}
