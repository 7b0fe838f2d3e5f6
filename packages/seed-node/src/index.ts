/**
 * The seed role: lets newcomers in, answers for the DHT and can relay.
 *
 * @packageDocumentation
 */
export { plugins } from './plugins.ts'
