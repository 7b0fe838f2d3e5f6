/** Takes one figure once. */
export type Sample = () => Promise<number>

export interface InterleaveInit {
  /** Samples that count, of every figure. */
  runs: number
  /** Rounds before those that count: code is compiled, caches are filled. Default 1. */
  warmUps?: number
  /** Told each sample; default: standard error. */
  report?: (line: string) => void
}

/**
 * Takes all figures in turn (A B C, A B C, …), so that a machine that grows
 * slower meanwhile slows all of them.
 */
export async function interleave<Name extends string>(
  figures: Record<Name, Sample>,
  { runs, warmUps = 1, report = reportProgress }: InterleaveInit
): Promise<Record<Name, number[]>> {
  const names = Object.keys(figures) as Name[]
  const samples = Object.fromEntries(names.map(name => [name, [] as number[]])) as Record<Name, number[]>
  for (let round = -warmUps; round < runs; round++) {
    for (const name of names) {
      const sample = await figures[name]()
      report(`${round < 0 ? 'warm-up' : `run ${round + 1}`}  ${name}: ${sample.toPrecision(4)}`)
      if (round >= 0) samples[name].push(sample)
    }
  }
  return samples
}

/** A line on standard error, below the name of the measurement. */
export function reportProgress(line: string): void {
  process.stderr.write(`  ${line}\n`)
}
