import { Command } from 'commander'
import { configJsonSchema, explainConfig, explainPath, loadConfig, printConfig } from '@waystone/node/config'
import { addApiOptions } from '../api/index.ts'
import { checkCommand } from '../config/check.ts'
import { renderExplanation, renderValue } from '../config/explanation.ts'
import { explainRunning, printRunning } from '../config/running.ts'
import { toJson } from '../config/to-json.ts'
import { addConfigOptions, configSourcesFrom } from '../config-options.ts'
import type { ApiOptions } from '../api/index.ts'

interface Options extends ApiOptions {
  json?: boolean
  running?: boolean
}

/** `waystone config check|print|explain|schema`: what a node would run with, and why. */
export function configCommand(): Command {
  return new Command('config')
    .addCommand(checkCommand())
    .addCommand(printCommand())
    .addCommand(explainCommand())
    .addCommand(schemaCommand())
}

function printCommand(): Command {
  return addRunningOptions(addConfigOptions(new Command('print')))
    .description('print the whole configuration that comes out, or that of a running node')
    .option('--json', 'as JSON instead of YAML')
    .action(async (options: Options) => {
      if (ofRunning(options)) return await printRunning(options)
      const loaded = await loadConfig(configSourcesFrom(options))
      process.stdout.write(options.json ? toJson(loaded.input) : printConfig(loaded))
    })
}

function explainCommand(): Command {
  return addRunningOptions(addConfigOptions(new Command('explain')))
    .description('say for each value where it comes from')
    .argument('[path]', 'only this key, or this section')
    .option('--json', 'as JSON')
    .action(explain)
}

function addRunningOptions(command: Command): Command {
  return addApiOptions(command.option('--running', 'that of the running node, which it has had since it started'))
}

// naming a running node is asking for its configuration
function ofRunning({ running, api }: Options): boolean {
  return running === true || api !== undefined
}

async function explain(path: string | undefined, options: Options): Promise<void> {
  if (ofRunning(options)) return await explainRunning(path, options)
  const loaded = await loadConfig(configSourcesFrom(options))
  const rows = path === undefined ? explainConfig(loaded) : explainPath(loaded, path)
  const [only] = rows
  if (options.json) process.stdout.write(toJson(rows))
  else if (only?.path === path && only !== undefined) process.stdout.write(renderValue(only))
  else process.stdout.write(renderExplanation(rows))
}

function schemaCommand(): Command {
  return new Command('schema')
    .description('print the JSON schema of a configuration file')
    .option('--json', 'accepted like everywhere; the schema is JSON anyway')
    .action(() => {
      process.stdout.write(toJson(configJsonSchema()))
    })
}
