import { Command } from 'commander'
import { checkHost, ConfigInvalidError, loadConfig } from '@waystone/node/config'
import type { CheckResult, LoadedConfig } from '@waystone/node/config'
import { EXIT_BAD_CONFIG } from '@waystone/node/exit-codes'
import { addConfigOptions, configSourcesFrom } from '../config-options.ts'
import type { ConfigOptions } from '../config-options.ts'

interface Options extends ConfigOptions {
  json?: boolean
}

/** `waystone config check [FILE]` */
export function checkCommand(): Command {
  return addConfigOptions(new Command('check'))
    .description('read the configuration, then try ports, files, limits, the clock and plugins without starting')
    .argument('[file]', 'the same as --config')
    .option('--json', 'as JSON')
    .action(check)
}

async function check(file: string | undefined, options: Options): Promise<void> {
  const results = await tryAll({ ...options, ...(file !== undefined && { config: file }) })
  const failed = results.filter(({ status }) => status === 'fail').length
  if (options.json) process.stdout.write(`${JSON.stringify({ ok: failed === 0, checks: results }, undefined, 2)}\n`)
  else process.stdout.write(renderResults(results, failed))
  if (failed > 0) process.exitCode = EXIT_BAD_CONFIG
}

async function tryAll(options: Options): Promise<CheckResult[]> {
  try {
    const loaded = await loadConfig(configSourcesFrom(options))
    const first: CheckResult = { name: 'configuration', status: 'ok', message: describeRole(loaded) }
    return [first, ...(await checkHost(loaded.config)), ...(await tryPlugins(loaded))]
  } catch (error) {
    // programs want the problems one by one, people get the error as everywhere
    if (options.json && error instanceof ConfigInvalidError) printProblems(error)
    throw error
  }
}

/** The code of those who run plugins is loaded, and libp2p's with it: others need not wait for that. */
async function tryPlugins(loaded: LoadedConfig): Promise<CheckResult[]> {
  if (loaded.config.plugins.length === 0) return []
  const { checkPlugins } = await import('@waystone/node/check-plugins')
  return await checkPlugins(loaded)
}

// a file without a preset below it has the bare defaults of its role, which few people mean
function describeRole({ config, origins }: LoadedConfig): string {
  const hasPreset = [...origins.values()].some(({ kind }) => kind === 'preset')
  return `role ${config.role}${hasPreset ? '' : ' (no extends)'}`
}

function printProblems({ problems }: ConfigInvalidError): void {
  process.stdout.write(`${JSON.stringify({ ok: false, problems }, undefined, 2)}\n`)
}

function renderResults(results: CheckResult[], failed: number): string {
  const width = Math.max(...results.map(({ name }) => name.length))
  const lines = results.flatMap(({ name, status, message, hint }) => [
    `${status.padEnd(4)}  ${name.padEnd(width)}  ${message}`,
    ...(hint === undefined ? [] : [`      ${''.padEnd(width)}  hint: ${hint}`])
  ])
  return `${[...lines, failed === 0 ? ready(results) : `${failed} failed`].join('\n')}\n`
}

function ready(results: CheckResult[]): string {
  const warnings = results.filter(({ status }) => status === 'warn').length
  return warnings === 0
    ? 'ready to start'
    : `ready to start, with ${warnings} ${warnings === 1 ? 'warning' : 'warnings'}`
}
