import { pathPatterns, quoted, valuePlaces } from './values.ts'
import type { Completed, Place } from './places.ts'

/** The completion script for zsh: sourced, or as `_waystone` in a folder of `$fpath`. */
export function zshScript(places: readonly Place[]): string {
  return `#compdef waystone
# completion of waystone for zsh

_waystone() {
  local at=waystone i
  local -a offered
  for ((i = 2; i < CURRENT; i++)); do
    case "$at $words[i]" in
      ${pathPatterns(places)}) at="$at $words[i]" ;;
    esac
  done
  case "$at $words[CURRENT-1]" in
${valuePlaces(places)
  .map(({ paths, value }) => `    ${paths.map(quoted).join('|')}) ${offer(value)}; return ;;`)
  .join('\n')}
  esac
  if [[ $words[CURRENT] == -* ]]; then
    case "$at" in
${places.map(place => `      ${quoted(place.path)}) offered=(${optionsAt(place)}) ;;`).join('\n')}
    esac
    _describe -o option offered
  else
    case "$at" in
${places.map(place => `      ${quoted(place.path)}) ${wordsAt(place)} ;;`).join('\n')}
    esac
  fi
}

if [[ $funcstack[1] == _waystone ]]; then _waystone "$@"; else compdef _waystone waystone; fi
`
}

function optionsAt({ options }: Place): string {
  return options.flatMap(({ names, description }) => names.map(name => described(name, description))).join(' ')
}

function wordsAt({ commands, argument }: Place): string {
  if (commands.length === 0) return offer(argument)
  const words = commands.map(({ name, description }) => described(name, description)).join(' ')
  return `offered=(${words}); _describe command offered`
}

// the first colon ends the word
function described(word: string, description: string): string {
  return quoted(`${word.replaceAll(':', String.raw`\:`)}:${description}`)
}

function offer(value: Completed): string {
  if (value === 'unknown') return ':'
  if (value === 'files') return '_files'
  if (value === 'folders') return '_files -/'
  return `compadd -- ${value.map(quoted).join(' ')}`
}
