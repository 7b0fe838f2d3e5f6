/** Whether the table of leases is there. */
export const FIND_TABLE = `SELECT to_regclass('waystone_leases') AS found`

/** Two that make it at once: one of them fails, and finds it when it tries again. */
export const MAKE_TABLE = `
  CREATE TABLE IF NOT EXISTS waystone_leases (
    pool text NOT NULL,
    slot integer NOT NULL,
    holder text,
    fence bigint NOT NULL,
    renewed timestamptz NOT NULL,
    free timestamptz NOT NULL,
    label text NOT NULL,
    PRIMARY KEY (pool, slot)
  )`

/** Of pool $1 with $2 slots, as the clock of the database has it. */
export const FREE_SLOTS = `
  SELECT number AS slot FROM generate_series(0, $2::integer - 1) AS number
  LEFT JOIN waystone_leases ON pool = $1 AND slot = number
  WHERE holder IS NULL OR free <= clock_timestamp()
  ORDER BY number`

/** Slot $2 of pool $1 for holder $3, for $4 ms, with its label $5; no row if somebody else has it. */
export const TAKE = `
  INSERT INTO waystone_leases AS old VALUES
    ($1, $2, $3, 1, clock_timestamp(), clock_timestamp() + $4 * interval '1 ms', $5)
  ON CONFLICT (pool, slot) DO UPDATE SET
    holder = excluded.holder, fence = old.fence + 1, renewed = excluded.renewed, free = excluded.free, label = excluded.label
  WHERE old.holder IS NULL OR old.free <= clock_timestamp()
  RETURNING fence`

/** For another $5 ms, if holder $3 still has it with fence $4; else no row. */
export const RENEW = `
  UPDATE waystone_leases SET renewed = clock_timestamp(), free = clock_timestamp() + $5 * interval '1 ms'
  WHERE pool = $1 AND slot = $2 AND holder = $3 AND fence = $4 RETURNING slot`

/** If holder $3 still has it with fence $4. */
export const RELEASE = `
  UPDATE waystone_leases SET holder = NULL WHERE pool = $1 AND slot = $2 AND holder = $3 AND fence = $4`

/** All slots of pool $1 that were ever taken. */
export const HOLDERS = `
  SELECT slot, fence, holder, label, extract(epoch FROM renewed) * 1000 AS renewed
  FROM waystone_leases WHERE pool = $1 ORDER BY slot`

/** Of the row that stands for the database itself: no pool has an empty name. */
export const KEEPER = `SELECT fence FROM waystone_leases WHERE pool = ''`

/** Gives the database the number $1, unless it has one. */
export const NUMBER_KEEPER = `
  INSERT INTO waystone_leases VALUES ('', 0, NULL, $1, clock_timestamp(), clock_timestamp(), '') ON CONFLICT DO NOTHING`
