/** Shows each row once, however many lists it is in: of rows that were read to be told, and that nobody changes. */
export function shownOnce<Row extends object, Shown>(show: (row: Row) => Shown): (row: Row) => Shown {
  const shown = new WeakMap<Row, Shown>();
  return (row) => {
    const known = shown.get(row) ?? show(row);
    shown.set(row, known);
    return known;
  };
}
