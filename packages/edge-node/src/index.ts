/**
 * The edge role: does the work, from behind any NAT.
 *
 * @packageDocumentation
 */
export { plugins } from './plugins.ts'
