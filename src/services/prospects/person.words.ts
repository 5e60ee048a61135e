/** From rows to what a person is given of them: names as in the schema, instants written out. */
export function toSnapshot(row: object): object {
  const fields = Object.entries(row).map(([column, value]: [string, unknown]) => {
    const name = column.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
    const isInstant = /_(?:at|until)$/.test(column) && typeof value === 'number';
    return [name, isInstant ? new Date(value).toISOString() : value] as const;
  });
  return Object.fromEntries(fields);
}
