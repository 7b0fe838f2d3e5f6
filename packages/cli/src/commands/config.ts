import { Command } from 'commander'
import { configJsonSchema, explainConfig, explainPath, loadConfig, printConfig } from '@waystone/node/config'
import { checkCommand } from '../config/check.ts'
import { renderExplanation, renderValue } from '../config/explanation.ts'
import { addConfigOptions, configSourcesFrom } from '../config-options.ts'
import type { ConfigOptions } from '../config-options.ts'

interface Options extends ConfigOptions {
  json?: boolean
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
  return addConfigOptions(new Command('print'))
    .description('print the whole configuration that comes out')
    .option('--json', 'as JSON instead of YAML')
    .action(async (options: Options) => {
      const loaded = await loadConfig(configSourcesFrom(options))
      process.stdout.write(options.json ? toJson(loaded.input) : printConfig(loaded))
    })
}

function explainCommand(): Command {
  return addConfigOptions(new Command('explain'))
    .description('say for each value where it comes from')
    .argument('[path]', 'only this key, or this section')
    .option('--json', 'as JSON')
    .action(explain)
}

async function explain(path: string | undefined, options: Options): Promise<void> {
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

function toJson(value: unknown): string {
  return `${JSON.stringify(value, undefined, 2)}\n`
}
