/** Rows of texts under a head, in columns: the first to the left, the others to the right. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const all = [head, ...rows];
  const widths = head.map((_, column) => Math.max(...all.map((row) => (row[column] ?? '').length)));
  const line = (cells: readonly string[]) =>
    `| ${widths
      .map((width, column) => {
        const cell = cells[column] ?? '';
        return column === 0 ? cell.padEnd(width) : cell.padStart(width);
      })
      .join(' | ')} |`;
  const rule = widths.map((width, column) => '-'.repeat(width - 1) + (column === 0 ? '-' : ':'));
  return `${[line(head), line(rule), ...rows.map(line)].join('\n')}\n`;
}

/** With separated thousands, as whole as its size allows. */
export function figure(value: number): string {
  if (Number.isNaN(value)) return '-';
  return value.toLocaleString('en', { maximumFractionDigits: value < 100 ? 1 : 0 });
}

export function ratio(value: number): string {
  return Number.isNaN(value) ? '-' : `${value.toFixed(2)}x`;
}
