import type { DescMethod, DescService } from '@bufbuild/protobuf'
import type { Client } from '@connectrpc/connect'

const STREAMED = new Set(['server_streaming', 'bidi_streaming'])

type Call = (...args: unknown[]) => unknown

/** A client that is there at once, of one that has to be loaded: the same calls, which begin when it is. */
export function lateClient<S extends DescService>(service: S, load: () => Promise<Client<S>>): Client<S> {
  let loading: Promise<Client<S>> | undefined
  const client = async (): Promise<Client<S>> => await (loading ??= load())
  const calls = service.methods.map(method => [method.localName, lateCall(method, client)])
  // oxlint-disable-next-line no-unsafe-type-assertion -- the type of a client is made of its service, as this is
  return Object.fromEntries(calls) as Client<S>
}

function lateCall({ localName, methodKind }: DescMethod, client: () => Promise<object>): Call {
  const call = async (args: unknown[]): Promise<unknown> =>
    Reflect.get<object, string>(await client(), localName)(...args)
  return STREAMED.has(methodKind) ? (...args) => lateAnswers(call(args)) : (...args) => call(args)
}

function lateAnswers(answers: Promise<unknown>): AsyncIterable<unknown> {
  const started = answers.then(all => iteratorOf(all))
  // told to whoever reads
  started.catch(() => {})
  return {
    [Symbol.asyncIterator]: () => ({
      next: async () => await (await started).next(),
      return: async () => (await (await started).return?.()) ?? { done: true, value: undefined }
    })
  }
}

function iteratorOf(answers: unknown): AsyncIterator<unknown> {
  return Reflect.get<object, symbol>(Object(answers), Symbol.asyncIterator).call(answers)
}
