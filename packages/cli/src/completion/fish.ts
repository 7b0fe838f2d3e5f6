import { pathPatterns } from './values.ts'
import type { Completed, CompletedOption, Place } from './places.ts'

/** The completion script for fish. */
export function fishScript(places: readonly Place[]): string {
  const patterns = pathPatterns(places).replaceAll('|', ' ')
  return `# completion of waystone for fish

function __waystone_at
  set -l at waystone
  for word in (commandline -opc)[2..-1]
    switch "$at $word"
      case ${patterns}
        set at "$at $word"
    end
  end
  test "$at" = "$argv[1]"
end

complete -c waystone -e
complete -c waystone -f
${places.flatMap(linesFor).join('\n')}
`
}

function linesFor({ path, commands, options, argument }: Place): string[] {
  const start = `complete -c waystone -n ${fishQuoted(`__waystone_at ${fishQuoted(path)}`)}`
  const words = commands.map(({ name, description }) => `${start} -a ${fishQuoted(name)} -d ${fishQuoted(description)}`)
  const values = argument === 'unknown' || commands.length > 0 ? [] : [`${start} ${argumentOf(argument)}`]
  return [...words, ...options.map(option => `${start} ${optionFlags(option)}`), ...values]
}

function optionFlags({ names, description, value }: CompletedOption): string {
  const flags = names.map(name => (name.startsWith('--') ? `-l ${name.slice(2)}` : `-s ${name.slice(1)}`))
  return [...flags, `-d ${fishQuoted(description)}`, ...(value === undefined ? [] : [valueOf(value)])].join(' ')
}

function valueOf(value: Completed): string {
  if (value === 'unknown') return '-x'
  return value === 'files' ? '-r -F' : `-x ${argumentOf(value)}`
}

function argumentOf(value: Completed): string {
  if (value === 'files' || value === 'unknown') return '-F'
  return value === 'folders' ? "-a '(__fish_complete_directories)'" : `-a ${fishQuoted(value.join(' '))}`
}

// between quotes fish knows only these two
function fishQuoted(text: string): string {
  return `'${text.replaceAll('\\', String.raw`\\`).replaceAll("'", String.raw`\'`)}'`
}
