import { Argument, Command } from 'commander'
import { bashScript } from '../completion/bash.ts'
import { fishScript } from '../completion/fish.ts'
import { placesOf } from '../completion/places.ts'
import { zshScript } from '../completion/zsh.ts'
import type { Place } from '../completion/places.ts'

const SCRIPTS: Record<string, (places: readonly Place[]) => string> = {
  bash: bashScript,
  zsh: zshScript,
  fish: fishScript
}

const SETUP = `
To use it in every new shell:
  bash  echo 'source <(waystone completion bash)' >> ~/.bashrc
  zsh   echo 'source <(waystone completion zsh)' >> ~/.zshrc     (after compinit)
  fish  waystone completion fish > ~/.config/fish/completions/waystone.fish`

/**
 * `waystone completion`: a script that completes commands, options and values without starting Node.
 *
 * @param loadProgram - makes the whole command line, all commands loaded
 */
export function completionCommand(loadProgram: () => Promise<Command>): Command {
  return new Command('completion')
    .addArgument(new Argument('<shell>', 'the shell that it is for').choices(Object.keys(SCRIPTS)))
    .addHelpText('after', SETUP)
    .action(async (shell: string) => {
      process.stdout.write(SCRIPTS[shell]?.(await placesOf(await loadProgram())) ?? '')
    })
}
