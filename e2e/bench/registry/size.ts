/** Records of a full registry; fewer to try the suite out. */
export const RECORDS = Number(process.env['BENCH_RECORDS'] ?? 100_000)

/** As the names of rows say it. */
export const RECORDS_TEXT = RECORDS.toLocaleString('en')
