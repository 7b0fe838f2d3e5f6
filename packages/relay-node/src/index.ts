/**
 * The relay role: carries peers that cannot be reached otherwise.
 *
 * @packageDocumentation
 */
export { plugins } from './plugins.ts'
