/** What a fixture tells the bench: the first message says that it is ready. */
export type FixtureMessage = { answer: unknown } | { error: string }

/** What a fixture does when asked, by the name of the question. */
export type Answers = Record<string, (argument: never) => Promise<unknown>>

export interface Fixture<Ready> {
  ready: Ready
  answers?: Answers
}

/** The main of a fixture process; see `startFixture`. It ends when the bench does. */
export async function runFixture<Ready>(start: (init: never) => Promise<Fixture<Ready>>): Promise<void> {
  process.on('disconnect', () => process.exit())
  const fixture = await attempt(async () => {
    const started = await start(JSON.parse(process.argv[2] ?? '{}') as never)
    return { started, answer: started.ready }
  })
  if (fixture === undefined) return
  process.on('message', (message: { question: string; argument: never }) => {
    void attempt(async () => ({ answer: await findAnswer(fixture.started, message.question)(message.argument) }))
  })
}

function findAnswer({ answers = {} }: Fixture<unknown>, question: string): (argument: never) => Promise<unknown> {
  const answer = answers[question]
  if (answer === undefined) throw new Error(`this fixture cannot ${question}`)
  return answer
}

async function attempt<T extends { answer: unknown }>(work: () => Promise<T>): Promise<T | undefined> {
  try {
    const done = await work()
    tell({ answer: done.answer })
    return done
  } catch (error) {
    tell({ error: error instanceof Error ? (error.stack ?? error.message) : String(error) })
    return undefined
  }
}

function tell(message: FixtureMessage): void {
  process.send?.(message)
}
