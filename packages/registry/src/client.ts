export type { Registry } from './contract.ts'
