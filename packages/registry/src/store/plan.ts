import { compileLeaf } from '../filter/compile.ts'
import { BY_PEER, fieldPlace, tableOf } from '../filter/field-place.ts'
import { GATHERED_ROWS } from './constants.ts'
import { numberIn } from './rows.ts'
import type { Filter } from '@waystone/wire/registry'
import type { LeafCondition, SqlPart } from '../filter/compile.ts'
import type { FieldPlace } from '../filter/field-place.ts'
import type { RegistryKind } from '../kinds/contract.ts'
import type { RegistryDatabase } from './database.ts'

/** Rows among which all that match are; they are looked at one by one. */
export interface Source {
  /** A table `k`, or a table `d` that has places of `k`. */
  readonly from: string
  /** `k` or `d`. */
  readonly alias: string
  readonly where: SqlPart
  /** Whether the rows come in the order of their places. */
  readonly isOrdered: boolean
}

export interface Plan {
  readonly source: Source
  /** How many rows there are, where they come in no order and are so few that they are gathered; else they are walked. */
  readonly few?: number
}

/** Conditions that are counted to find the one with the fewest rows. */
const MOST_COUNTED = 4

/**
 * How to find what matches: by the index with the fewest rows, if that is few; by one that gives rows in order; or one
 * row after the other.
 */
export function planFor(db: RegistryDatabase, kind: RegistryKind, filter: Filter | undefined): Plan {
  const sources = filter === undefined ? [] : sourcesOf(kind, filter)
  const counted = sources.slice(0, MOST_COUNTED).map(source => ({ source, rows: countUpTo(db, source) }))
  const [least] = counted.toSorted((a, b) => a.rows - b.rows)
  // what comes in order is walked: a page of it costs no more than its rows
  if (least !== undefined && least.rows <= GATHERED_ROWS)
    return { source: least.source, ...(!least.source.isOrdered && { few: least.rows }) }
  return { source: sources.find(({ isOrdered }) => isOrdered) ?? allOf(kind) }
}

function allOf(kind: RegistryKind): Source {
  return { from: `${tableOf(kind)} k`, alias: 'k', where: { sql: '1', parameters: [] }, isOrdered: true }
}

/** Of the conditions that must all hold, those that an index serves; those with one value first. */
function sourcesOf(kind: RegistryKind, filter: Filter): Source[] {
  const sources = conjuncts(filter).flatMap(each => sourceOf(kind, each) ?? [])
  return sources.toSorted((a, b) => Number(b.isOrdered) - Number(a.isOrdered))
}

function conjuncts(filter: Filter): Filter[] {
  return filter.filter.case === 'allOf' ? filter.filter.value.filters.flatMap(conjuncts) : [filter]
}

function sourceOf(kind: RegistryKind, { filter }: Filter): Source | undefined {
  const leaf = compileLeaf(filter)
  if (leaf?.isRange !== true || (filter.case !== 'compare' && filter.case !== 'prefix')) return undefined
  const place = fieldPlace(kind, filter.value.field)
  return place.column === undefined ? valuesSource(place, leaf) : columnSource(kind, place, leaf)
}

function valuesSource({ table, field }: FieldPlace & { column?: undefined }, leaf: LeafCondition): Source {
  const sql = `d.field = ? AND ${leaf.condition('d.value')}`
  return {
    from: `${table} d`,
    alias: 'd',
    where: { sql, parameters: [field, ...leaf.parameters] },
    isOrdered: leaf.isEquality
  }
}

function columnSource(
  kind: RegistryKind,
  { column, index }: FieldPlace & { table?: undefined },
  leaf: LeafCondition
): Source | undefined {
  if (index === undefined) return undefined
  const isOfAll = index === BY_PEER
  const alias = isOfAll ? 'd' : 'k'
  const condition = leaf.condition(isOfAll ? 'd.id' : column)
  const from = `${isOfAll ? 'records' : tableOf(kind)} ${alias} INDEXED BY ${index}`
  return { from, alias, where: { sql: condition, parameters: leaf.parameters }, isOrdered: leaf.isEquality }
}

function countUpTo(db: RegistryDatabase, { from, where }: Source): number {
  const sql = `SELECT count(*) AS n FROM (SELECT 1 FROM ${from} WHERE ${where.sql} LIMIT ${GATHERED_ROWS + 1})`
  return numberIn(db.once(sql, where.parameters)[0] ?? {}, 'n')
}
