/** A cell that no table calculation takes for a formula. */
function cell(text: string): string {
  const safe = /^[=+\-@\t\r]/.test(text) && !/^-?\d+([.,]\d+)?$/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

/** Rows as comma-separated values, with the mark that makes Excel read UTF-8. */
export const csv = (rows: string[][]): string => "\uFEFF" + rows.map((row) => row.map(cell).join(",")).join("\r\n") + "\r\n";
