type Row = Readonly<Record<string, unknown>>;

/** From rows of one statement to what a person is given of them: names as in the schema, instants written out. */
export function toSnapshots(rows: readonly Row[]): object[] {
  const columns = Object.keys(rows[0] ?? {}).map((column) => ({
    column,
    name: column.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase()),
    isOfInstants: /_(?:at|until)$/.test(column),
  }));
  return rows.map((row) => {
    const fields = columns.map(({ column, name, isOfInstants }) => {
      const value = row[column];
      const isInstant = isOfInstants && typeof value === 'number';
      return [name, isInstant ? new Date(value).toISOString() : value] as const;
    });
    return Object.fromEntries(fields);
  });
}
